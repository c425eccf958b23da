using System.Text;

namespace Litestream.Agent.Commands;

/// <summary>
/// A command line in words, as a shell would split it: blanks part words, quotes hold them together, a backslash takes the next character as it is.
/// Nothing is expanded and no shell is run.
/// </summary>
internal static class ShellWords
{
    /// <summary>Throws <see cref="FormatException"/> with a sentence when a quote is not closed, or nothing is there.</summary>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < line.Length; i++)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new();
            if (line[i] == '\'')
                i = TakeSingle(line, i, word);
            else if (line[i] == '"')
                i = TakeDouble(line, i, word);
            else if (line[i] == '\\' && i + 1 < line.Length)
                word.Append(line[++i]);
            else
                word.Append(line[i]);
        }
        if (word is not null)
            words.Add(word.ToString());
        return words.Count > 0 && words[0].Length > 0 ? words : throw new FormatException("it names no program");
    }

    /// <summary>The same of what a flag, or a line of a file, says: throws <see cref="UsageException"/> that names it.</summary>
    public static IReadOnlyList<string> OfOption(string what, string line)
    {
        try
        {
            return Split(line);
        }
        catch (FormatException error)
        {
            throw new UsageException($"{what}: {error.Message}: {line}", "words are split as a shell does it, with quotes; no shell is run");
        }
    }

    private static int TakeSingle(string line, int open, StringBuilder word)
    {
        var close = line.IndexOf('\'', open + 1);
        if (close < 0)
            throw NotClosed('\'', open);
        word.Append(line, open + 1, close - open - 1);
        return close;
    }

    /// <summary>Within double quotes a backslash means something before a quote, a backslash, a dollar or a backquote only.</summary>
    private static int TakeDouble(string line, int open, StringBuilder word)
    {
        for (var i = open + 1; i < line.Length; i++)
        {
            if (line[i] == '"')
                return i;
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\' or '$' or '`')
                i++;
            word.Append(line[i]);
        }
        throw NotClosed('"', open);
    }

    private static FormatException NotClosed(char quote, int at) => new($"the quote {quote} at character {at + 1} is not closed");
}

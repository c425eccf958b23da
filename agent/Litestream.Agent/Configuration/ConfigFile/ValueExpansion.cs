using System.Text;
using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>
/// <c>$VAR</c>, <c>${VAR}</c> and <c>${VAR:-default}</c> from the environment, <c>$(date +%Y-%m-%d)</c> from the calendar, <c>$$</c> for a dollar. Values
/// are expanded, never the text of the file: what a variable holds cannot become a key. A variable that is not set is a mistake, not an empty text.
/// </summary>
/// <param name="variable">The environment; null leaves every dollar as it is.</param>
/// <param name="problems">Takes what cannot be expanded.</param>
internal sealed class ValueExpansion(Func<string, string?>? variable, ConfigurationProblems problems)
{
    /// <summary>Where no date can stand.</summary>
    public string Expand(YamlNode scalar)
    {
        var text = ExpandPath(scalar);
        if (text.IsDated)
            problems.Add(scalar.At, "$(date …) can stand in paths and URLs only");
        return text.On(DateOnly.MinValue);
    }

    public DatedText ExpandPath(YamlNode scalar)
    {
        var text = scalar.Text;
        if (variable is null || !text.Contains('$', StringComparison.Ordinal))
            return DatedText.Plain(text);
        List<string> pieces = [];
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '$' || i + 1 == text.Length)
                literal.Append(text[i++]);
            else if (text[i + 1] == '(')
                i = AddCommand(scalar, i, pieces, literal);
            else
                i = AddVariable(scalar, i, literal);
        }
        return DatedText.Of([.. pieces, literal.ToString()]);
    }

    private int AddCommand(YamlNode scalar, int start, List<string> pieces, StringBuilder literal)
    {
        const string date = "date +";
        var end = scalar.Text.IndexOf(')', start);
        var inside = end < 0 ? "" : scalar.Text[(start + 2)..end].Trim();
        if (inside.StartsWith(date, StringComparison.Ordinal) && inside[date.Length..].Trim('"', '\'') is var format && DatedText.IsFormat(format))
        {
            pieces.Add(literal.ToString());
            pieces.Add(format);
            literal.Clear();
        }
        else
            problems.Add(scalar.At, end < 0 ? "$( is not closed" : $"$({inside}) is not run: this is no shell", "only $(date +%Y-%m-%d) is known, of %Y %m %d %F; $$ is a dollar");
        return end < 0 ? scalar.Text.Length : end + 1;
    }

    private int AddVariable(YamlNode scalar, int start, StringBuilder literal)
    {
        var text = scalar.Text;
        if (text[start + 1] == '$')
        {
            literal.Append('$');
            return start + 2;
        }
        if (text[start + 1] == '{')
            return AddBraced(scalar, start, literal);
        var end = start + 1;
        while (end < text.Length && IsNamePart(text[end], isFirst: end == start + 1))
            end++;
        if (end == start + 1)
        {
            literal.Append('$');
            return end;
        }
        literal.Append(Value(scalar, text[(start + 1)..end], otherwise: null));
        return end;
    }

    private int AddBraced(YamlNode scalar, int start, StringBuilder literal)
    {
        var end = scalar.Text.IndexOf('}', start);
        if (end < 0)
        {
            problems.Add(scalar.At, "${ is not closed");
            return scalar.Text.Length;
        }
        var inside = scalar.Text[(start + 2)..end];
        var mark = inside.IndexOf(":-", StringComparison.Ordinal);
        var name = mark < 0 ? inside : inside[..mark];
        if (name.Length == 0 || !name.Select((c, i) => IsNamePart(c, i == 0)).All(fits => fits))
            problems.Add(scalar.At, $"${{{inside}}} names no variable", "${NAME}, or ${NAME:-value} for when it is not set");
        else
            literal.Append(Value(scalar, name, mark < 0 ? null : inside[(mark + 2)..]));
        return end + 1;
    }

    private string Value(YamlNode scalar, string name, string? otherwise)
    {
        // With a default an empty variable counts as not set, as in a shell.
        if (variable!(name) is { } value && (value.Length > 0 || otherwise is null))
            return value;
        if (otherwise is null)
            problems.Add(scalar.At, $"the environment has no variable {name}", $"set it, or write ${{{name}:-value}}; a dollar by itself is $$");
        return otherwise ?? "";
    }

    private static bool IsNamePart(char c, bool isFirst) => c == '_' || char.IsAsciiLetter(c) || (!isFirst && char.IsAsciiDigit(c));
}

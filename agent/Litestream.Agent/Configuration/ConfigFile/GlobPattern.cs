namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A pattern of file names: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c>, and <c>\</c> before a character that means itself.</summary>
internal sealed class GlobPattern
{
    private readonly string _pattern;

    private GlobPattern(string pattern) => _pattern = pattern;

    /// <summary>Null when it is none, and why.</summary>
    public static GlobPattern? TryParse(string text, out string? problem)
    {
        problem = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '/')
                problem = "it is a pattern of file names and has no directories (recursive: true looks into them)";
            else if (text[i] == '\\' && ++i == text.Length)
                problem = "it ends with a backslash";
            else if (text[i] == '[' && !TrySkipClass(text, ref i))
                problem = "a [ is not closed";
        }
        return problem is null ? new(text) : null;
    }

    /// <summary>In time proportional to both lengths: the last star is the only one that ever has to take more.</summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        int at = 0, pattern = 0, star = -1, starAt = 0;
        while (at < name.Length)
        {
            if (pattern < _pattern.Length && _pattern[pattern] == '*')
                (star, starAt, pattern) = (pattern, at, pattern + 1);
            else if (pattern < _pattern.Length && MatchesOne(name[at], pattern, out var next))
                (at, pattern) = (at + 1, next);
            else if (star >= 0)
                (pattern, at) = (star + 1, ++starAt);
            else
                return false;
        }
        while (pattern < _pattern.Length && _pattern[pattern] == '*')
            pattern++;
        return pattern == _pattern.Length;
    }

    public override string ToString() => _pattern;

    private bool MatchesOne(char c, int pattern, out int next)
    {
        next = pattern + 1;
        switch (_pattern[pattern])
        {
            case '?':
                return true;
            case '\\':
                next = pattern + 2;
                return _pattern[pattern + 1] == c;
            case '[':
                next = pattern;
                _ = TrySkipClass(_pattern, ref next);
                return InClass(_pattern.AsSpan((pattern + 1)..next++), c);
            default:
                return _pattern[pattern] == c;
        }
    }

    private static bool InClass(ReadOnlySpan<char> members, char c)
    {
        var isNegated = members is ['^', ..];
        if (isNegated)
            members = members[1..];
        var isIn = false;
        for (var i = 0; i < members.Length; i++)
        {
            var first = members[i];
            var last = i + 2 < members.Length && members[i + 1] == '-' ? members[i += 2] : first;
            isIn |= c >= first && c <= last;
        }
        return isIn != isNegated;
    }

    /// <summary>From the opening bracket to the closing one.</summary>
    private static bool TrySkipClass(string text, ref int at)
    {
        var end = text.IndexOf(']', Math.Min(text.Length, at + 2));
        at = end < 0 ? at : end;
        return end >= 0;
    }
}

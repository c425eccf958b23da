using System.Collections.Frozen;
using Litestream.Cloud.Configuration;
using Litestream.Fleet;
using Litestream.Http;

namespace Litestream.Cloud.Access;

/// <summary>
/// Who may use an API that serves itself: a line for each token, <c>name scope,scope sha256hex</c>; <c>#</c> begins a remark. Read once; a change needs a
/// new start. Throws <see cref="StartException"/> with the line: a token that was left out by mistake would be found out too late, one that got in never.
/// </summary>
internal static class TokenFile
{
    private const int MostTokens = 1000;
    private const int HashCharacters = 64;
    private const int MostName = 64;
    private const long MostBytes = 1 << 20;

    public static IReadOnlyList<KnownToken> Read(string path)
    {
        var tokens = new List<KnownToken>();
        var lines = Lines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is not { Length: > 0 } line || line[0] == '#')
                continue;
            var token = Parse(line, $"{path}, line {i + 1}");
            if (tokens.Any(other => other.Name == token.Name || BearerToken.IsSame(other.Hash, token.Hash)))
                throw Flags.Wrong($"{path}, line {i + 1}: {token.Name} or its token is there already", "each token has a line and a name of its own");
            tokens.Add(token);
        }
        return tokens.Count switch
        {
            0 => throw Flags.Wrong($"{path} has no token: nobody could use this API", "litestream-cloud token NAME fleet.read >> " + path),
            > MostTokens => throw Flags.Wrong($"{path} has {tokens.Count} tokens; {MostTokens} are the most", "an identity provider before the API has room for more"),
            _ => tokens,
        };
    }

    public static bool IsName(string name) => name.Length is > 0 and <= MostName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@');

    /// <summary>Each of them known, in the order of the treaty.</summary>
    public static IReadOnlyList<string> Scopes(string text, string where)
    {
        var given = text.Split(',');
        foreach (var scope in given)
            if (!ScopeWords.All.Contains(scope))
                throw Flags.Wrong($"{where}: \"{scope}\" is no scope", NearestName.Find(scope, ScopeWords.All) is { } near ? $"did you mean {near}?" : $"scopes are {string.Join(", ", ScopeWords.All)}");
        return [.. ScopeWords.All.Where(given.Contains)];
    }

    private static KnownToken Parse(string line, string where)
    {
        if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [var name, var scopes, var hash])
            throw Flags.Wrong($"{where} is not: name scope,scope sha256", "litestream-cloud token NAME SCOPES prints such a line");
        if (!IsName(name))
            throw Flags.Wrong($"{where}: \"{name}\" is no name", $"1 to {MostName} letters, digits, dots, dashes, underscores or @");
        if (hash.Length != HashCharacters || !hash.All(char.IsAsciiHexDigit))
            throw Flags.Wrong($"{where}: the last word is not the SHA-256 of a token in {HashCharacters} hexadecimal digits", "the token itself does not belong into this file");
        return new(name, Scopes(scopes, where).ToFrozenSet(StringComparer.Ordinal), Convert.FromHexString(hash));
    }

    private static string[] Lines(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw Flags.Wrong($"{path} has more than {MostBytes} bytes: it is no file of tokens");
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.OtherWrite) != 0)
                throw Flags.Wrong($"every user of this machine may write to {path}, and so let anybody in", $"chmod o-w {path}");
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"the tokens cannot be read: {error.Message}", "litestream-cloud token NAME SCOPES makes a line of it", error);
        }
    }
}

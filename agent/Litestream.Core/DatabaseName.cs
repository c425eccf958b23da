namespace Litestream;

/// <summary>What a database may be called below <c>databases/</c> of a replica.</summary>
internal static class DatabaseName
{
    private const int MaxLength = 128;

    /// <summary>That of a file without its extension; characters other than <c>A-Z a-z 0-9 . _ -</c> become <c>-</c>. Null when nothing is left to name it by.</summary>
    public static string? OfFile(string path) => Safe(Path.GetFileNameWithoutExtension(path));

    /// <summary>A name that is safe as a folder and as a key, made from any text; null when that cannot be.</summary>
    public static string? Safe(string text)
    {
        var safe = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return IsValid(safe) ? safe : null;
    }

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

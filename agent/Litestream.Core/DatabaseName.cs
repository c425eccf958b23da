namespace Litestream;

/// <summary>What a database may be called below <c>databases/</c> of a replica.</summary>
public static class DatabaseName
{
    private const int MaxLength = 128;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

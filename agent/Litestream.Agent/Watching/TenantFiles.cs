namespace Litestream.Agent.Watching;

/// <summary>The rules of file names: which file is a tenant's database, which belongs to one, which only looks like one.</summary>
internal static class TenantFiles
{
    /// <summary>8-4-4-4-12 hexadecimal digits.</summary>
    public const int GuidLength = 36;

    private static readonly string[] Extensions = [".db", ".sqlite", ".sqlite3"];

    /// <summary>Extensions that people give to SQLite databases: reported when they are no tenants, so that nobody believes they are replicated.</summary>
    private static readonly string[] DatabaseLikeExtensions = [".db", ".db3", ".sqlite", ".sqlite3"];

    /// <summary>Which file of a database a name is, and the name of the database's own file.</summary>
    public static FilePart PartOf(ReadOnlySpan<char> fileName, out ReadOnlySpan<char> databaseFile)
    {
        var part = FilePart.Database;
        var suffixLength = 0;
        if (fileName.EndsWith("-wal", StringComparison.Ordinal))
            (part, suffixLength) = (FilePart.Wal, 4);
        else if (fileName.EndsWith("-shm", StringComparison.Ordinal))
            (part, suffixLength) = (FilePart.Shm, 4);
        else if (fileName.EndsWith("-journal", StringComparison.Ordinal))
            (part, suffixLength) = (FilePart.Journal, 8);
        databaseFile = fileName[..^suffixLength];
        return part;
    }

    /// <summary>True for <c>&lt;guid&gt;.db</c>, <c>.sqlite</c>, <c>.sqlite3</c>; <paramref name="guid"/> is lower case.</summary>
    public static bool TryParseTenant(ReadOnlySpan<char> fileName, out string guid)
    {
        guid = "";
        if (fileName.Length <= GuidLength || !IsGuid(fileName[..GuidLength]) || !IsOneOf(Extensions, fileName[GuidLength..], StringComparison.Ordinal))
            return false;
        guid = LowerCase(fileName[..GuidLength]);
        return true;
    }

    /// <summary>True when the text is a GUID in its one strict form; <paramref name="guid"/> is lower case.</summary>
    public static bool TryParseGuid(ReadOnlySpan<char> text, out string guid)
    {
        guid = IsGuid(text) ? LowerCase(text) : "";
        return guid.Length > 0;
    }

    /// <summary>Strict: 8-4-4-4-12, no braces, no spaces. <see cref="Guid.TryParse(ReadOnlySpan{char}, out Guid)"/> takes other forms, too.</summary>
    public static bool IsGuid(ReadOnlySpan<char> text)
    {
        if (text.Length != GuidLength)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var fits = i is 8 or 13 or 18 or 23 ? text[i] == '-' : char.IsAsciiHexDigit(text[i]);
            if (!fits)
                return false;
        }
        return true;
    }

    /// <summary>.db, .sqlite, .sqlite3: what is taken where nobody says a pattern.</summary>
    public static bool HasDatabaseExtension(ReadOnlySpan<char> fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot > 0 && IsOneOf(Extensions, fileName[dot..], StringComparison.Ordinal);
    }

    public static bool LooksLikeDatabase(ReadOnlySpan<char> fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot >= 0 && IsOneOf(DatabaseLikeExtensions, fileName[dot..], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Why a database-like name is not a tenant's.</summary>
    public static string WhyNotTenant(ReadOnlySpan<char> fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot == GuidLength && IsGuid(fileName[..dot])
            ? "its extension is not one of .db, .sqlite, .sqlite3 (in lower case)"
            : "its name is not a GUID (8-4-4-4-12 hexadecimal digits) and an extension";
    }

    private static bool IsOneOf(string[] extensions, ReadOnlySpan<char> extension, StringComparison comparison)
    {
        foreach (var known in extensions)
        {
            if (extension.Equals(known, comparison))
                return true;
        }
        return false;
    }

    private static string LowerCase(ReadOnlySpan<char> guid)
    {
        Span<char> lower = stackalloc char[GuidLength];
        guid.ToLowerInvariant(lower);
        return new string(lower);
    }
}

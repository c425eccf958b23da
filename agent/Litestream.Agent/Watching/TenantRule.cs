using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Sqlite;

namespace Litestream.Agent.Watching;

/// <summary>
/// Which files of a directory are databases, and what they are called in the replica. With <c>-watch-dir</c> these are the GUIDs; with <c>dir</c> of a
/// configuration file all that match its pattern, each kept below the replica by its path in the directory, as Litestream does.
/// </summary>
internal sealed class TenantRule
{
    private const int LongestName = 128;
    private const int DigitsOfPath = 8;
    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    private readonly string? _root;
    private readonly string _prefix = "";
    private readonly DirectoryEntry? _entry;
    private readonly ConcurrentDictionary<string, string> _pathOfName = new(StringComparer.Ordinal);
    private bool _isClosed;

    private TenantRule()
    {
    }

    private TenantRule(string root, string prefix, DirectoryEntry entry) => (_root, _prefix, _entry) = (root, prefix, entry);

    /// <summary>Files named by a GUID, in the directory itself.</summary>
    public static TenantRule Guids() => new();

    /// <param name="root">The directory, absolute.</param>
    /// <param name="prefix">Before the names of what is no GUID: tells the directories of an agent apart.</param>
    /// <param name="entry">What the file says of it.</param>
    public static TenantRule Of(string root, string prefix, DirectoryEntry entry) => new(root, prefix, entry);

    public bool IsRecursive => _entry?.Recursive == true;

    /// <summary>Whoever names tenants by GUID wants to hear of files that are none; a pattern leaves out what it does not match.</summary>
    public bool ReportsOthers => _entry is null;

    /// <summary>After the first complete look: nothing new is taken from a directory with <c>watch: false</c>.</summary>
    public void FirstLookIsOver() => _isClosed = _entry?.Watch == false;

    /// <summary>Where the replica of a database is below the root of all.</summary>
    public string PathOf(string name) => _pathOfName.GetValueOrDefault(name) ?? name;

    /// <param name="directory">Where the file is: the root, or below it.</param>
    /// <param name="fileName">Without directory.</param>
    /// <param name="name">Of the database.</param>
    public bool TryName(string directory, ReadOnlySpan<char> fileName, out string name)
    {
        if (_entry is null)
            return TenantFiles.TryParseTenant(fileName, out name);
        name = "";
        var matches = !_isClosed && (_entry.Pattern is { } pattern ? pattern.Matches(fileName) : TenantFiles.HasDatabaseExtension(fileName));
        if (!matches || TenantFiles.PartOf(fileName, out _) != FilePart.Database)
            return false;
        name = NameOf(Path.GetRelativePath(_root!, Path.Join(directory, fileName)), fileName);
        return true;
    }

    /// <summary>The name of a database by its path in the directory; the same at each start.</summary>
    public string NameOf(string relative, ReadOnlySpan<char> fileName)
    {
        if (!TenantFiles.TryParseTenant(fileName, out var name))
        {
            name = $"{_prefix}-{relative}";
            var safe = DatabaseName.Safe(name.Length <= LongestName ? name : name[..LongestName]);
            name = safe == name ? name : Marked(safe ?? _prefix, relative);
        }
        _pathOfName[name] = relative;
        return name;
    }

    /// <summary>Told apart by its path: what was replaced in it may have been all that differed.</summary>
    public static string Marked(string name, string path) =>
        $"{(name.Length <= LongestName - DigitsOfPath - 1 ? name : name[..(LongestName - DigitsOfPath - 1)])}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..DigitsOfPath]}";

    /// <summary>
    /// Null when the content may be a database: empty (it waits to become one) or with SQLite's first bytes. Asked only of files that nobody here has
    /// open under any name: closing a descriptor drops SQLite's locks.
    /// </summary>
    public string? WhyNotDatabase(string path) => _entry is null ? null : WhyNoDatabase(path);

    /// <summary>Null when it is one, empty, or cannot be read. Not while a connection of ours is open on it, under any name: closing it drops our locks.</summary>
    public static string? WhyNoDatabase(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            Span<byte> first = stackalloc byte[16];
            var length = RandomAccess.Read(file, first, 0);
            return length == 0 || first[..length].SequenceEqual(Magic) ? null : "its first bytes are not those of an SQLite database";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // whoever opens it says what is wrong
        }
    }
}

using Litestream.Agent.Watching;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A plain file is a SQLite database like any other: where the agent would take it for one, it would be replicated itself, or overwrite what it follows.</summary>
internal static class PlainFilePlaces
{
    private const string Elsewhere = "keep it in a folder of its own, ./backups for one";

    public static void Check(IReadOnlyList<DatabaseEntry> databases, ReaderContext context)
    {
        foreach (var (database, replica) in databases.SelectMany(d => d.Replicas.Where(r => r.IsPlainFile).Select(r => (d, r))))
        {
            var place = PathOf(replica.Location.ToString());
            if (databases.FirstOrDefault(other => database.Directory is null && other.Directory is null && other.Path == place) is { } same)
                context.Problems.Add(replica.At, $"{place} is a database that is replicated itself (line {same.At.Line})", Elsewhere);
            var (folder, file) = database.Directory is null ? (Path.GetDirectoryName(place)!, Path.GetFileName(place)) : (place, null);
            if (databases.FirstOrDefault(other => other.Directory is not null && WouldTake(other, folder, file)) is { } taker)
                context.Problems.Add(replica.At, $"{place} would itself be replicated: it is in {taker.Path}, whose databases are (line {taker.At.Line})", Elsewhere);
        }
    }

    /// <param name="directory">With <c>dir</c>.</param>
    /// <param name="folder">Where the plain file is.</param>
    /// <param name="file">Its name; null for names of all kinds.</param>
    private static bool WouldTake(DatabaseEntry directory, string folder, string? file)
    {
        var isIn = folder == directory.Path || (directory.Directory!.Recursive && folder.StartsWith(directory.Path.TrimEnd('/') + "/", StringComparison.Ordinal));
        return isIn && (file is null || (directory.Directory!.Pattern is { } pattern ? pattern.Matches(file) : TenantFiles.HasDatabaseExtension(file)));
    }

    /// <summary>Of a path or a <c>file://</c> URL.</summary>
    public static string PathOf(string location)
    {
        const string scheme = "file://";
        var path = location.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(location[scheme.Length..]) : location;
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }
}

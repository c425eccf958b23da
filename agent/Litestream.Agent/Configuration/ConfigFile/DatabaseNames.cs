using Litestream.Agent.Watching;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>
/// What the items of <c>dbs</c> are called where paths are too long: in the status, in metrics, in the books. A file's name, a directory's name; where two
/// have the same, both are told apart by their paths. It says nothing about the replica.
/// </summary>
internal static class DatabaseNames
{
    public static IReadOnlyList<string> Of(IReadOnlyList<DatabaseEntry> entries)
    {
        var names = entries.Select(NameOf).ToList();
        var twice = names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. entries.Select((entry, i) => twice.Contains(names[i]) ? TenantRule.Marked(names[i], entry.Path) : names[i])];
    }

    private static string NameOf(DatabaseEntry entry)
    {
        var file = Path.GetFileName(entry.Path);
        if (entry.Directory is null && TenantFiles.TryParseTenant(file, out var guid))
            return guid;
        var wanted = entry.Directory is null ? Path.GetFileNameWithoutExtension(file) : file;
        var safe = DatabaseName.Safe(wanted.Length <= 100 ? wanted : wanted[..100]) ?? "database";
        return safe == wanted ? safe : TenantRule.Marked(safe, entry.Path);
    }
}

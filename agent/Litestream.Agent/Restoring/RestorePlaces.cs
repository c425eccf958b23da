using Litestream.Agent.Interop;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Restoring;

/// <summary>
/// Where somebody far away may have a database restored to: below a watched directory or the restore directory, and nowhere else whatever the path looks like.
/// Nothing is made smooth: a path that goes up, or through a symbolic link, is refused as it was written.
/// </summary>
internal static class RestorePlaces
{
    private const int LongestPath = 4096;

    private static readonly string[] NoDatabases = ["-wal", "-shm", "-journal", ".part", ".part-done"];

    /// <summary>Throws <see cref="LitestreamException"/> unless a new file may be made at <paramref name="path"/>.</summary>
    /// <param name="path">As it came.</param>
    /// <param name="kept">Folders of ours, absolute: replicas and the state, in which a stranger's file would stop or mislead whoever they belong to.</param>
    /// <param name="directories">Absolute. They themselves may be reached through links: whoever started the agent named them.</param>
    public static void Check(string path, IEnumerable<string> directories, IEnumerable<string> kept)
    {
        if (path.Length is 0 or > LongestPath || path.AsSpan().ContainsAnyInRange('\0', '\x1f') || path[0] != '/' || path.EndsWith('/'))
            throw Refused(path, "expected the absolute path of a file, of at most 4096 characters, none of them a control character");
        var segments = path[1..].Split('/');
        if (segments.Any(s => s is "" or "." or ".."))
            throw Refused(path, "it has empty, . or .. parts", "write the path as it is");
        if (NoDatabases.FirstOrDefault(end => path.EndsWith(end, StringComparison.Ordinal)) is { } end)
            throw Refused(path, $"a name that ends in {end} is no database's");
        var root = directories.Select(d => d.TrimEnd('/')).Where(d => path.StartsWith(d + "/", StringComparison.Ordinal)).MaxBy(d => d.Length)
            ?? throw Refused(path, "it is outside of the directories that are watched and of -restore-dir", "choose a path below one of them");
        CheckFolders(path, root, kept);
        var facts = FileFacts.Read(path, followLinks: false);
        if (facts.Exists)
            throw Refused(path, facts.Kind == FileKind.SymbolicLink ? "it is a symbolic link" : "something is there already", "choose a name that is not taken, or restore in place");
    }

    private static void CheckFolders(string path, string root, IEnumerable<string> kept)
    {
        for (var at = path.IndexOf('/', root.Length + 1); at >= 0; at = path.IndexOf('/', at + 1))
        {
            var folder = path[..at];
            var facts = FileFacts.Read(folder, followLinks: false);
            var kind = facts.Kind;
            if (kind == FileKind.Directory && kept.Any(ours => FileFacts.Read(ours, followLinks: true).IsSameFileAs(facts)))
                throw Refused(path, $"{folder} is a replica's or the agent's own", "choose a path outside of it");
            if (kind != FileKind.Directory)
                throw Refused(path, kind == FileKind.SymbolicLink ? $"{folder} is a symbolic link" : $"{folder} is no directory", kind == FileKind.Missing ? "create it first" : null);
        }
    }

    /// <summary>Names the file as the watch would see it: the directory that takes it as a tenant, if one does.</summary>
    public static WatchedDirectory? TenantsPlace(string path, IEnumerable<WatchedDirectory> directories) =>
        directories.FirstOrDefault(d => d.TakesTenants && d.Path.TrimEnd('/') == Path.GetDirectoryName(path));

    private static RestoreRefusedException Refused(string path, string why, string? hint = null) => new($"restore to \"{path}\": refused: {why}", hint);
}

using System.Text;
using Litestream.Agent.Interop;
using Litestream.Agent.Watching;
using Litestream.Replication;

namespace Litestream.Agent.Restoring;

/// <summary>
/// Where somebody far away may have a database restored to: below a watched directory or the restore directory, and nowhere else whatever the path looks like.
/// Nothing is made smooth: a path that goes up, or through a symbolic link, is refused as it was written.
/// </summary>
internal static class RestorePlaces
{
    private const int LongestPath = 4096;

    /// <summary>Of a file's name, by Linux's file systems.</summary>
    private const int LongestName = 255;

    private static readonly string[] PartEnds = [".part", ".part-done"];

    private static readonly string[] NoDatabases = ["-wal", "-shm", "-journal", .. PartEnds];

    /// <summary>
    /// The folder for a new file at <paramref name="path"/>, held: what is made in it is made there, wherever the path leads by then. Throws
    /// <see cref="RestoreRefusedException"/> unless one may be made.
    /// </summary>
    /// <param name="path">As it came.</param>
    /// <param name="kept">Folders of ours, absolute: replicas and the state, in which a stranger's file would stop or mislead whoever they belong to.</param>
    /// <param name="directories">Absolute. They themselves may be reached through links: whoever started the agent named them.</param>
    public static HeldFolder Open(string path, IEnumerable<string> directories, IEnumerable<string> kept)
    {
        var folder = Hold(path, directories, kept);
        try
        {
            var name = $"{folder.Path}/{Path.GetFileName(path)}";
            // A tenant that moved away from there may come back: then that gives way.
            if (FileFacts.Read(name, followLinks: false) is { Exists: true, Kind: var kind } && VacatedPlace.Find(name) is null)
                throw Refused(path, kind == FileKind.SymbolicLink ? "it is a symbolic link" : "something is there already", "choose a name that is not taken, or restore in place");
            if (PartEnds.FirstOrDefault(end => FileFacts.Read(name + end, followLinks: false).Kind is not (FileKind.Missing or FileKind.Regular)) is { } end)
                throw Refused(path, $"{path}{end} is no file of ours", "remove it, or choose another name");
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What a restore that is under way has beside its output.</summary>
    public static IEnumerable<string> PartsOf(string path) => PartEnds.Select(end => path + end);

    /// <summary>The same, whatever is at the path.</summary>
    public static HeldFolder Hold(string path, IEnumerable<string> directories, IEnumerable<string> kept)
    {
        if (path.Length is 0 or > LongestPath || path.AsSpan().ContainsAnyInRange('\0', '\x1f') || path[0] != '/' || path.EndsWith('/'))
            throw Refused(path, "expected the absolute path of a file, of at most 4096 characters, none of them a control character");
        if (path[1..].Split('/').Any(s => s is "" or "." or ".."))
            throw Refused(path, "it has empty, . or .. parts", "write the path as it is");
        if (NoDatabases.FirstOrDefault(end => path.EndsWith(end, StringComparison.Ordinal)) is { } end)
            throw Refused(path, $"a name that ends in {end} is no database's");
        if (Encoding.UTF8.GetByteCount(Path.GetFileName(path)) + NoDatabases.Max(end => end.Length) > LongestName)
            throw Refused(path, $"its name is too long: with what lies beside it, it may have {LongestName} bytes", "choose a shorter one");
        var root = directories.Select(d => d.TrimEnd('/')).Where(d => path.StartsWith(d + "/", StringComparison.Ordinal)).MaxBy(d => d.Length)
            ?? throw Refused(path, "it is outside of the directories that are watched and of -restore-dir", "choose a path below one of them");
        return Enter(path, root, [.. kept.Select(ours => FileFacts.Read(ours, followLinks: true))]);
    }

    private static HeldFolder Enter(string path, string root, IReadOnlyList<FileFacts> kept)
    {
        var folder = HeldFolder.Open(root) ?? throw Refused(path, $"{root} cannot be opened");
        RequireForeign(path, root, folder, kept);
        for (var end = path.IndexOf('/', root.Length + 1); end >= 0; end = path.IndexOf('/', end + 1))
        {
            using var around = folder;
            var (at, name) = (path[..end], path[(path.LastIndexOf('/', end - 1) + 1)..end]);
            folder = around.Enter(name) ?? throw (FileFacts.Read($"{around.Path}/{name}", followLinks: false).Kind switch
            {
                FileKind.SymbolicLink => Refused(path, $"{at} is a symbolic link"),
                FileKind.Missing => Refused(path, $"{at} is no directory", "create it first"),
                _ => Refused(path, $"{at} is no directory"),
            });
            RequireForeign(path, at, folder, kept);
        }
        return folder;
    }

    /// <summary>Throws, and lets go of it, when a folder is one of ours.</summary>
    private static void RequireForeign(string path, string at, HeldFolder folder, IReadOnlyList<FileFacts> kept)
    {
        var facts = folder.Facts;
        if (!kept.Any(ours => ours.IsSameFileAs(facts)))
            return;
        folder.Dispose();
        throw Refused(path, $"{at} is a replica's or the agent's own", "choose a path outside of it");
    }

    /// <summary>Names the file as the watch would see it: the directory that takes it as a tenant, if one does.</summary>
    public static WatchedDirectory? TenantsPlace(string path, IEnumerable<WatchedDirectory> directories) =>
        directories.FirstOrDefault(d => d.TakesTenants && d.Path.TrimEnd('/') == Path.GetDirectoryName(path));

    private static RestoreRefusedException Refused(string path, string why, string? hint = null) => new($"restore to \"{path}\": refused: {why}", hint);
}

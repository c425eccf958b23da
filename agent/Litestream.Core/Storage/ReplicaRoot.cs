namespace Litestream.Storage;

/// <summary>
/// A place that holds the replicas of many databases, named by one URL (<c>file:///var/backups</c>; <c>s3://</c> comes with
/// its own implementation). Opens the storage of one database below it. May be used from several threads.
/// </summary>
public sealed class ReplicaRoot
{
    private const string FileScheme = "file://";
    private static readonly string[] RemoteSchemes = ["s3", "gs", "abs", "oss", "sftp", "nats", "webdav", "webdavs"];

    private readonly string _folder;
    private readonly RequestCounters _requests = new();

    private ReplicaRoot(string folder)
    {
        _folder = folder;
        Url = FileScheme + Escape(folder);
    }

    /// <summary>The URL, normalised, without secrets.</summary>
    public string Url { get; }

    /// <summary><c>file</c> or <c>s3</c>.</summary>
    public string Kind { get; } = "file";

    /// <summary>The folder of a <c>file://</c> replica, else null.</summary>
    public string? LocalFolder => _folder;

    /// <summary>Requests so far by operation (PUT, GET, LIST, DELETE), over all databases below this root.</summary>
    public IReadOnlyDictionary<string, long> Requests => _requests.Read();

    /// <summary>
    /// Reads a replica URL; a path without scheme is a folder. Throws <see cref="LitestreamException"/> with a hint when it is neither.
    /// Does no I/O: the folder need not exist.
    /// </summary>
    public static ReplicaRoot Parse(string url)
    {
        if (string.IsNullOrWhiteSpace(url) || url.Contains('\0'))
            throw Malformed(url, "it is empty");
        if (url.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
            return new(FolderOf(url));
        var colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon >= 0)
            throw UnknownScheme(url[..colon]);
        return new(Normalise(url));
    }

    /// <summary>
    /// The storage of one database; <paramref name="path"/> is relative, e.g. <c>databases/&lt;guid&gt;</c>, or empty for the root itself.
    /// Throws <see cref="LitestreamException"/> for a path that is absolute or could leave the root.
    /// </summary>
    public IReplicaStorage Open(string path)
    {
        foreach (var segment in path.Length == 0 ? [] : path.Split('/'))
        {
            if (segment is "" or "." or ".." || segment.Contains('\0'))
                throw new LitestreamException($"open \"{path}\" in the replica {Url}: a path in a replica is relative and has no empty, \".\" or \"..\" part");
        }
        var folder = Path.TrimEndingDirectorySeparator(Path.Join(_folder, path));
        return new CountingStorage(new FolderStorage(folder, FileScheme + Escape(folder)), _requests);
    }

    private static string FolderOf(string url)
    {
        var path = Uri.UnescapeDataString(url[FileScheme.Length..]);
        if (!path.StartsWith('/'))
            throw Malformed(url, "the path of a file URL must be absolute");
        return Normalise(path);
    }

    private static string Normalise(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>Only what would be read back differently; people should recognise their path.</summary>
    private static string Escape(string path) => path.Replace("%", "%25", StringComparison.Ordinal);

    private static LitestreamException Malformed(string url, string why) => new(
        $"\"{url}\" names no replica: {why}", hint: "write file:///absolute/folder, or a folder's path");

    private static LitestreamException UnknownScheme(string scheme) => RemoteSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase)
        ? new($"{scheme}:// is not available: this build replicates to folders only", hint: "use file:///absolute/folder")
        : new($"\"{scheme}://\" is no kind of replica that litestream knows", hint: "use file:///absolute/folder");
}

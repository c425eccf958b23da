using Litestream.Storage.S3;

namespace Litestream.Storage;

/// <summary>
/// A place that holds the replicas of many databases, named by one URL (<c>file:///var/backups</c>, <c>s3://bucket/path</c>).
/// Opens the storage of one database below it. May be used from several threads.
/// </summary>
public abstract class ReplicaRoot : IDisposable
{
    internal const string DatabasesFolder = "databases";
    private static readonly string[] RemoteSchemes = ["gs", "abs", "oss", "sftp", "nats", "webdav", "webdavs"];

    private Func<string, string> _pathOf = DefaultPathOf;
    private TimeProvider _time = TimeProvider.System;

    private protected ReplicaRoot()
    {
    }

    /// <summary>The URL, normalised, without secrets. Reading it again gives the same place.</summary>
    public abstract string Url { get; }

    /// <summary>What makes it this place and no other, however it is reached: books are kept per identity. All days of a dated one are one place.</summary>
    public string Identity => Days is null ? IdentityOfRoot : $"{IdentityOfRoot} {Days}";

    /// <summary><c>file</c> or <c>s3</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The folder of a <c>file://</c> replica, else null.</summary>
    public virtual string? LocalFolder => null;

    /// <summary>The bucket of an <c>s3://</c> replica, else null.</summary>
    public virtual string? Bucket => null;

    /// <summary>Whether two writers are kept apart; known after <see cref="CheckAsync"/>.</summary>
    public abstract Fencing Fencing { get; }

    /// <summary>Which states its databases can be restored to; null: what the store says for all its replicas.</summary>
    public RestorePoints? Points { get; private set; }

    /// <summary>Each day has a folder of its own below the root; null: there are no days.</summary>
    public DayFolders? Days { get; private set; }

    /// <summary>Requests so far by operation (PUT, GET, LIST, DELETE), over all databases below this root.</summary>
    public IReadOnlyDictionary<string, long> Requests => Total.Read();

    /// <summary>Bytes written (PUT) and read (GET) so far, over all databases below this root. A file that is opened counts whole.</summary>
    public IReadOnlyDictionary<string, long> TransferredBytes => Total.ReadBytes();

    internal RequestCounters Total { get; } = new();

    /// <summary>
    /// Reads a replica URL; a path without scheme is a folder. Throws <see cref="LitestreamException"/> with a hint when it is neither.
    /// Does no I/O: the folder need not exist.
    /// </summary>
    public static ReplicaRoot Parse(string url, ReplicaAccess? access = null)
    {
        var root = ParseUrl(url, access);
        root._pathOf = access?.PathOf ?? DefaultPathOf;
        (root.Points, root.Days, root._time) = (access?.Points, access?.Days, access?.Time ?? TimeProvider.System);
        return root;
    }

    private static ReplicaRoot ParseUrl(string url, ReplicaAccess? access)
    {
        if (string.IsNullOrWhiteSpace(url) || url.Contains('\0'))
            throw Malformed(url, "it is empty");
        if (url.StartsWith(FolderRoot.Scheme, StringComparison.OrdinalIgnoreCase))
            return FolderRoot.Parse(url, access?.KeepsPlainFiles ?? false);
        if (url.StartsWith(S3Url.Scheme, StringComparison.OrdinalIgnoreCase))
            return new S3Root(S3Url.Parse(url, access?.Endpoint), access ?? new());
        var colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon >= 0)
            throw UnknownScheme(url[..colon]);
        return FolderRoot.At(url, access?.KeepsPlainFiles ?? false);
    }

    /// <summary>
    /// The replica of one database, as people name it: like <see cref="Parse"/>, and of a plain SQLite file with its history beside it the history.
    /// </summary>
    public static ReplicaRoot ParseOne(string url, ReplicaAccess? access = null) =>
        Parse(url, (access ?? new()) with { PathOf = static _ => "", KeepsPlainFiles = IsPlainFile(url) });

    /// <summary>Whether a folder's path, or <c>file://</c> URL, is a plain SQLite file with its history beside it. It may be gone; the history tells.</summary>
    public static bool IsPlainFile(string url)
    {
        var path = url.StartsWith(FolderRoot.Scheme, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(url[FolderRoot.Scheme.Length..]) : url;
        return path.StartsWith('/') && !path.EndsWith('/') && !Directory.Exists(path) && Directory.Exists(path + FolderRoot.HistorySuffix);
    }

    /// <summary>The plain file that has its history in this folder; null when it is not named like one.</summary>
    public static string? PlainFileOfHistory(string folder) =>
        folder.EndsWith(FolderRoot.HistorySuffix, StringComparison.Ordinal) ? folder[..^FolderRoot.HistorySuffix.Length] : null;

    /// <summary>
    /// Asks the place whether it can be written and keeps two writers apart. Throws <see cref="StorageException"/>: permanent when somebody must act
    /// (wrong credentials, no such bucket), transient when it does not answer now.
    /// </summary>
    public abstract Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Names of the databases that have a replica here, in no particular order.</summary>
    public IAsyncEnumerable<string> ListDatabasesAsync(CancellationToken cancellationToken) => ListFoldersAsync(DatabasesFolder, cancellationToken);

    /// <summary>Names of the folders directly below <paramref name="path"/>, which is relative, empty for the root itself.</summary>
    public abstract IAsyncEnumerable<string> ListFoldersAsync(string path, CancellationToken cancellationToken);

    /// <summary>URL of a database's replica: what <c>restore</c> takes.</summary>
    public abstract string UrlOf(string path);

    /// <summary>
    /// The storage of one database; <paramref name="path"/> is relative, e.g. <c>databases/&lt;guid&gt;</c>, or empty for the root itself.
    /// Throws <see cref="LitestreamException"/> for a path that is absolute or could leave the root.
    /// </summary>
    public IReplicaStorage Open(string path) => Open(path, Total);

    /// <summary>Where the replica of a database is, below the root; today's, if it has days.</summary>
    public string PathOf(string name) => PathOn(DateOnly.FromDateTime(_time.GetLocalNow().DateTime), name);

    /// <summary>Where it is on a day.</summary>
    public string PathOn(DateOnly day, string name) => Days is null ? _pathOf(name) : _pathOf(name) is { Length: > 0 } path ? $"{Days.On(day)}/{path}" : Days.On(day);

    /// <summary>
    /// The newest day that holds something of a database, restorable before a moment if one is given; looks no further back than
    /// <paramref name="after"/>. Null when there is none, or the replica has no days.
    /// </summary>
    public async Task<DateOnly?> FindNewestDayAsync(string name, DateOnly? after, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        if (Days is null)
            return null;
        var days = await Days.ListAsync(this, cancellationToken).ConfigureAwait(false);
        foreach (var day in days.Reverse().TakeWhile(d => after is null || d > after))
        {
            await foreach (var file in Open(PathOn(day, name)).ListAsync(cancellationToken).ConfigureAwait(false))
            {
                if (before is null || (file.IsImage && file.CreatedAt < before))
                    return day;
            }
        }
        return null;
    }

    /// <summary>Where it is unless somebody says otherwise.</summary>
    public static string DefaultPathOf(string name) => $"{DatabasesFolder}/{name}";

    /// <summary>The plain SQLite file that is kept at the newest state of what is at <paramref name="path"/>, and where its history is; null where there is none.</summary>
    internal virtual (string File, string History)? PlainFileOf(string path) => null;

    /// <summary>The same; its requests are counted by <paramref name="counters"/>, which pass them on to <see cref="Total"/>.</summary>
    internal IReplicaStorage Open(string path, RequestCounters counters)
    {
        foreach (var segment in path.Length == 0 ? [] : path.Split('/'))
        {
            if (segment is "" or "." or ".." || segment.Contains('\0'))
                throw new LitestreamException($"open \"{path}\" in the replica {Url}: a path in a replica is relative and has no empty, \".\" or \"..\" part");
        }
        return OpenChecked(path, counters);
    }

    /// <summary>Removes the folders of a path in which nothing is left, and those above it up to the root.</summary>
    internal virtual Task RemoveEmptyFoldersAsync(string path, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary><see cref="Identity"/> of the root, whatever lies below.</summary>
    private protected abstract string IdentityOfRoot { get; }

    /// <summary>What lies there beside LTX files.</summary>
    internal abstract IPlainFiles OpenPlain(string path);

    private protected abstract IReplicaStorage OpenChecked(string path, RequestCounters counters);

    public abstract void Dispose();

    private protected static LitestreamException Malformed(string url, string why) => new(
        $"\"{WithoutSecrets(url)}\" names no replica: {why}", hint: "write s3://bucket/path, file:///absolute/folder, or a folder's path");

    /// <summary>An address of any kind as it may be shown: some write a password before the host, or a token behind the path.</summary>
    internal static string WithoutSecrets(string url)
    {
        var (begin, shown) = (url.IndexOf("://", StringComparison.Ordinal), url.Split('?')[0]);
        return shown.LastIndexOf('@') is var at and >= 0 ? $"{(begin < 0 || begin > at ? "" : url[..(begin + 3)])}…{shown[at..]}" : shown;
    }

    private static LitestreamException UnknownScheme(string scheme) => RemoteSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase)
        ? new($"{scheme}:// is not available: this build replicates to S3 and to folders", hint: "use s3://bucket/path or file:///absolute/folder")
        : new($"\"{scheme}://\" is no kind of replica that litestream knows", hint: "use s3://bucket/path or file:///absolute/folder");
}

namespace Litestream.Hosting;

/// <summary>What an application has replicated, and where to. Can be bound to a section of its configuration.</summary>
public sealed class LitestreamOptions
{
    /// <summary>
    /// Paths of the SQLite files, relative ones below the working directory. Each is known by the name of its file without extension: two of one name need
    /// stores of their own.
    /// </summary>
    public IList<string> Databases { get; } = [];

    /// <summary>
    /// Where to: <c>s3://bucket/path</c>, <c>file:///folder</c>, a folder's path. Each database has <c>databases/&lt;name&gt;</c> below. Of several each has
    /// its own progress, and one that is away holds nothing up. Credentials come from where the AWS SDK finds them, unless <see cref="Access"/> has them.
    /// </summary>
    public IList<string> Replicas { get; } = [];

    /// <summary>What the URLs do not say.</summary>
    public Storage.ReplicaAccess Access { get; set; } = new();

    /// <summary>Folder for what is captured and not published yet, used by this application alone. Default: <c>.litestream</c> beside the first database.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Longest time from a commit to its capture. Default 1 s. <see cref="Database.SyncAsync"/> does not wait for it.</summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Which states can be restored.</summary>
    public RestorePoints Points { get; set; } = new();

    /// <summary>
    /// Longest time for the last sync when the application stops. Default 30 s; it comes on top of the host's own shutdown timeout (30 s), which is the other
    /// services'. What kills the process (a container's or a unit's stop timeout) must wait for both. What is not sent by then is in the WAL.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A replica that is further behind than this is no longer healthy. Default 300 s.</summary>
    public TimeSpan LagLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>See <see cref="StoreOptions.AllowsOtherSqlite"/>.</summary>
    public bool AllowsOtherSqlite { get; set; }

    internal Store Open(TimeProvider time, Microsoft.Extensions.Logging.ILoggerFactory logging)
    {
        if (Databases.Count == 0 || Replicas.Count == 0)
            throw new LitestreamException("AddLitestream names no database or no replica", hint: "add at least one of each: options.Databases.Add(\"data/app.db\"), options.Replicas.Add(\"s3://bucket/app\")");
        var state = StateDirectory ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Databases[0]))!, ".litestream");
        return Store.Open(
            new() { StateDirectory = Path.GetFullPath(state), SyncInterval = SyncInterval, Points = Points, AllowsOtherSqlite = AllowsOtherSqlite },
            [.. Replicas.Select(url => Storage.ReplicaRoot.Parse(url, Access))], time, logging);
    }
}

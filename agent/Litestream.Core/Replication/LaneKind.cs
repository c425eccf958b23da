namespace Litestream.Replication;

internal enum LaneKind
{
    /// <summary>Reads the database: SQLite calls, local files. Runs on threads of its own.</summary>
    Capture,

    /// <summary>Talks to the replica: discovery, publishing, compaction, retention. Runs on the thread pool, behind the upload gate.</summary>
    Publish,
}

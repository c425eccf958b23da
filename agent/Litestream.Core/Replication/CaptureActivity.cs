namespace Litestream.Replication;

/// <summary>What the capture lane of a database is doing.</summary>
internal enum CaptureActivity
{
    None,

    /// <summary>It runs, and may stage files.</summary>
    Looking,

    /// <summary>It runs and is opening the database: <see cref="ReplicatedDatabase.Hot"/> is about to be set.</summary>
    Opening,
}

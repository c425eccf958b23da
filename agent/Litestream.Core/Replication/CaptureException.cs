namespace Litestream.Replication;

/// <summary>A database cannot be replicated right now, for a reason from the closed list; says when to look again.</summary>
internal sealed class CaptureException(DatabaseStatus status, DatabaseReason reason, string message, string? hint = null, TimeSpan? retryIn = null)
    : LitestreamException(message, null, hint)
{
    public DatabaseStatus Status => status;

    public DatabaseReason Reason => reason;

    /// <summary>Null: the usual backoff.</summary>
    public TimeSpan? RetryIn => retryIn;

    /// <summary>An application lets go, a disk gets room: whoever waits for a sync goes on waiting. Of all else a person must hear.</summary>
    public bool PassesByItself => reason is DatabaseReason.Locked or DatabaseReason.Pending or DatabaseReason.BeingCreated
        or DatabaseReason.SpoolFull or DatabaseReason.StateDiskFull or DatabaseReason.DatabaseDiskFull;
}

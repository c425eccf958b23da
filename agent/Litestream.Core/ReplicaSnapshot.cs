using Litestream.Ltx;

namespace Litestream;

/// <summary>One replica of a database as it stands now.</summary>
public sealed record ReplicaSnapshot
{
    /// <summary>What <c>restore</c> takes; without secrets.</summary>
    public required string Url { get; init; }

    /// <summary>How publishing goes there.</summary>
    public required DatabaseStatus Status { get; init; }

    /// <summary>It is not touched until a person decides.</summary>
    public bool IsFenced => Status is DatabaseStatus.SplitBrain or DatabaseStatus.Lost;

    /// <summary>Why it does not.</summary>
    public DatabaseReason Reason { get; init; }

    /// <summary>The reason as a sentence with its remedy; null when all is well.</summary>
    public string? Detail { get; init; }

    /// <summary>Newest published transaction.</summary>
    public Txid Txid { get; init; }

    /// <summary>When something was last published there, UTC; null before the first time.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>When the newest full image there was captured, UTC; null while none is known.</summary>
    public DateTimeOffset? LastSnapshotAt { get; init; }

    /// <summary>Since when something waits to reach it, in seconds; 0 when nothing does. Counted from the start of the program at the earliest.</summary>
    public double LagSeconds { get; init; }

    /// <summary>When compaction, snapshot or retention fall due there, UTC; null: nothing does.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Attempts to publish there that failed since the program started.</summary>
    public long Errors { get; init; }

    /// <summary>Requests for this database since the program started, by operation; null when there were none.</summary>
    public IReadOnlyDictionary<string, long>? Requests { get; init; }
}

using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>The newest file of a replica is another writer's: when nothing there may be touched, and how that is said.</summary>
internal static class ForeignChain
{
    /// <summary>A foreign file younger than this means that somebody is writing.</summary>
    private static readonly TimeSpan RecentlyWritten = TimeSpan.FromMinutes(1);

    /// <summary>Throws when somebody else writes there now, or did a moment ago.</summary>
    public static void RefuseRecent(LtxFile newest, IReplicaStorage storage, DateTimeOffset now)
    {
        var age = now - newest.CreatedAt;
        if (age < RecentlyWritten)
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.RecentForeignWriter,
                $"{storage.Url} was written {Math.Max(0, age.TotalSeconds):0} s ago by another writer (transaction {newest.MaxTxid}); nothing is touched",
                "stop the other writer; if there is none, this agent takes the chain over by itself when a minute has passed", RecentlyWritten - age + TimeSpan.FromSeconds(1));
    }

    /// <summary>Somebody wrote there since this agent did.</summary>
    public static CaptureException WrittenBehind(DatabaseReplica replica, string what) => new(DatabaseStatus.SplitBrain, DatabaseReason.ForeignTransaction,
        $"{replica.Url} has another writer: {what}. {replica.Database.Path} is not replicated any more, and nothing is touched",
        "find the other writer and stop one of the two; `litestream start -take-over` has this one go on", Timeout.InfiniteTimeSpan);

    /// <summary>What is there has nothing to do with what the database's other replicas hold.</summary>
    public static CaptureException Unrelated(DatabaseReplica replica, LtxFile newest) => new(DatabaseStatus.SplitBrain, DatabaseReason.ForeignTransaction,
        $"{replica.Url} holds the chain of another writer (up to transaction {newest.MaxTxid}), which does not belong to what this agent replicates from {replica.Database.Path}; nothing there is touched",
        "give this replica a place of its own, or move what is there away, then restart this agent; `litestream start -take-over` goes on behind what is there", Timeout.InfiniteTimeSpan);
}

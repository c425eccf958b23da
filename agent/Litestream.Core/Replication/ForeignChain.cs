using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>The newest file of a replica is another writer's: when nothing there may be touched, and how that is said.</summary>
internal static class ForeignChain
{
    /// <summary>A foreign file younger than this means that somebody is writing.</summary>
    private static readonly TimeSpan RecentlyWritten = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

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
        $"{replica.Url} has another writer: {what}. {replica.Database.Path} is not replicated any more, and nothing is touched. {OnlyHere.Of(replica.Database)}",
        "find the other writer and stop one of the two; `litestream start -take-over` has this one go on", Timeout.InfiniteTimeSpan);

    /// <summary>Throws when somebody outside said that another host owns it.</summary>
    public static void RefuseLost(ReplicatedDatabase database)
    {
        if (database.LostBecause is { } why)
            throw new CaptureException(DatabaseStatus.Lost, DatabaseReason.NewerEpoch, $"{why}. {database.Path} is not replicated any more, and nothing is touched. {OnlyHere.Of(database)}",
                "what is committed here from now on is in no replica; stop its application, or have this host go on with `litestream start -take-over`", Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether this host may go on with the chain of another was asked outside, and the answer is not yes.</summary>
    public static CaptureException NotGranted(DatabaseReplica replica, OwnershipAnswer answer) => answer.IsKnown
        ? new(DatabaseStatus.SplitBrain, DatabaseReason.ForeignTransaction, $"{replica.Url} is written by another host: {answer.Why}. {replica.Database.Path} is not replicated, and nothing is touched",
            "remove this copy, or have this host go on with it: `litestream start -take-over`", Timeout.InfiniteTimeSpan)
        : new(DatabaseStatus.Waiting, DatabaseReason.RecentForeignWriter, $"{replica.Url} was written by another host, and whether this one may go on cannot be found out: {answer.Why}",
            "it is asked again by itself; `litestream start -take-over` does not wait for that", answer.AskAgain ?? AskAgain);

    /// <summary>Another went on with what this agent published there, or what is there has nothing to do with what the database's other replicas hold.</summary>
    public static CaptureException OfAnother(DatabaseReplica replica, LtxFile newest) => !replica.Book.Published.IsNone
        ? WrittenBehind(replica, $"it was taken over by another agent, which reached transaction {newest.MaxTxid}; this one only published {replica.Book.Published}")
        : new(DatabaseStatus.SplitBrain, DatabaseReason.ForeignTransaction,
            $"{replica.Url} holds the chain of another writer (up to transaction {newest.MaxTxid}), which does not belong to what this agent replicates from {replica.Database.Path}; nothing there is touched",
            "give this replica a place of its own, or move what is there away, then restart this agent; `litestream start -take-over` goes on behind what is there", Timeout.InfiniteTimeSpan);
}

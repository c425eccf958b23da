using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>A look at an open database that makes no round: what was written since the last one comes with a later one.</summary>
internal sealed class Postponement(StoreContext context)
{
    /// <summary>A timer may fire this much early.</summary>
    private static readonly TimeSpan RoundTolerance = TimeSpan.FromMilliseconds(10);

    /// <summary>A store that is away altogether is no reason to leave commits in the WAL alone.</summary>
    private static readonly TimeSpan LongestRide = TimeSpan.FromSeconds(10);

    /// <summary>Timestamp of the next look; null: the round is due now.</summary>
    public long? Until(ReplicatedDatabase database, HotDatabase hot, FileEvent seen, long now)
    {
        // Written to the database file: somebody checkpoints, and may wait for our mark.
        if ((seen & FileEvent.Database) != 0 || hot.HasGrown)
            return null;
        if (IsTooEarly(database, hot, now))
            return hot.NextRoundAt;
        return RidesLater(database, hot, now) ? Math.Min(context.In(hot.RoundPause), hot.CapturedAt + context.Ticks(LongestRide)) : null;
    }

    /// <summary>Woken only to see whether the application is gone, and it is there: the next round is not due yet.</summary>
    private bool IsTooEarly(ReplicatedDatabase database, HotDatabase hot, long now) =>
        context.Time.GetElapsedTime(now, hot.NextRoundAt) > Shorter(RoundTolerance, hot.RoundPause / 2) && !database.IsSyncWanted && hot.Holder.IsOpenElsewhere(hot.Files.Main!.Value) == true;

    /// <summary>
    /// A file waits behind the one that is on its way, or somebody waits for the one behind it: one more would be there no sooner, and of a slow store the queue would grow without
    /// an end. The WAL keeps what comes meanwhile, and whoever confirms what is on its way wakes the capture lane. A round that captures nothing, or the last one behind an application
    /// that has gone, is no such file.
    /// </summary>
    private bool RidesLater(ReplicatedDatabase database, HotDatabase hot, long now) =>
        !database.Staged.IsEmpty && hot.RoundPause > TimeSpan.Zero && context.Time.GetElapsedTime(hot.CapturedAt, now) < LongestRide
        && hot.Holder.WalIndex.Read() is { } index && (index.MxFrame, index.Salts) != (hot.Captured.MxFrame, hot.Captured.Salts) && !Checkpoint.IsWanted(index)
        && !hot.Holder.WalIndex.IsCheckpointRunning() && hot.Holder.IsOpenElsewhere(hot.Files.Main!.Value) != false && database.TryPutOffRound();

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// How soon the next round is due: after the sync interval, and earlier under a writer that is so fast that the WAL would grow large until then, as only a
/// round lets it begin anew.
/// </summary>
internal static class RoundPace
{
    /// <summary>
    /// Frames that a round should find, 4 MB of usual pages: a little more than SQLite's <c>wal_autocheckpoint</c>, from which on the application tries a checkpoint with each
    /// commit, which our mark keeps from its end until the round.
    /// </summary>
    private const double FramesPerRound = 1_100;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(8);

    /// <summary>The same while captured files queue for their replica: fewer and longer ones.</summary>
    private const double FramesPerQueuedRound = 1_600;

    private static readonly TimeSpan ShortestQueued = TimeSpan.FromMilliseconds(20);

    /// <summary>A pause shorter than this was that of a fast writer: the disk may hold it up for this long, and when it goes on its WAL must not grow for a sync interval.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(500);

    /// <param name="before">The wal-index when the last round captured everything.</param>
    /// <param name="now">The same of this round.</param>
    /// <param name="took">In which time the frames between them were written.</param>
    /// <param name="last">The pause before this round, zero for the first one. A fast writer waits for the disk now and then, and becomes slow by and by.</param>
    /// <param name="syncInterval">The longest pause.</param>
    /// <param name="areFilesQueued">The replica takes files more slowly than they come.</param>
    public static TimeSpan Next(WalIndexHeader before, WalIndexHeader now, TimeSpan took, TimeSpan last, TimeSpan syncInterval, bool areFilesQueued)
    {
        var written = now.Salts == before.Salts && now.MxFrame >= before.MxFrame ? now.MxFrame - before.MxFrame : now.MxFrame;
        var longest = last > TimeSpan.Zero && last < Fast && last + took < syncInterval ? last + took : syncInterval;
        if (written == 0)
            return longest;
        var (frames, shortest) = areFilesQueued ? (FramesPerQueuedRound, ShortestQueued) : (FramesPerRound, Shortest);
        var pause = took * (frames / written);
        return pause >= longest ? longest : pause > shortest ? pause : shortest;
    }
}

using Litestream.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

public sealed class RoundPaceTests
{
    private static readonly WalIndexHeader Empty = new(1, false, 4096, 0, 10, default, new(1, 2), 0);

    /// <param name="before">Frames at the last round.</param>
    /// <param name="now">Frames now.</param>
    /// <param name="restarted">The WAL began anew meanwhile.</param>
    /// <param name="tookMs">Time in which they were written.</param>
    /// <param name="lastMs">The pause before this round.</param>
    /// <param name="pauseMs">Time until the next round.</param>
    [Theory]
    [InlineData(0, 0, false, 1000, 0, 1000)] // nobody writes
    [InlineData(100, 900, false, 1000, 1000, 1000)] // 800 transactions a second
    [InlineData(0, 1100, false, 1000, 1000, 1000)]
    [InlineData(0, 2200, false, 1000, 1000, 500)]
    [InlineData(4000, 5500, true, 200, 100, 40)] // of the new WAL all are new
    [InlineData(0, 11, false, 2, 0, 200)] // the first look at a burst
    [InlineData(0, 1_000_000, false, 1000, 1000, 8)]
    [InlineData(0, 500, false, 0, 0, 8)] // one large transaction
    [InlineData(2000, 2000, false, 40, 40, 80)] // a fast one who waits for the disk
    [InlineData(2000, 2010, false, 1, 40, 41)] // looked at twice in a moment
    [InlineData(2000, 2000, false, 320, 320, 640)] // and waits long for it
    [InlineData(2000, 0, true, 600, 600, 1000)] // gone
    public void A_fast_writer_is_looked_at_before_its_wal_is_long(uint before, uint now, bool restarted, int tookMs, int lastMs, int pauseMs)
    {
        var pause = RoundPace.Next(
            Empty with { MxFrame = before }, Empty with { MxFrame = now, Salts = restarted ? new(2, 3) : Empty.Salts }, TimeSpan.FromMilliseconds(tookMs), TimeSpan.FromMilliseconds(lastMs), TimeSpan.FromSeconds(1), areFilesQueued: false);
        Assert.Equal(pauseMs, (int)pause.TotalMilliseconds);
    }

    /// <summary>A store of 25 ms for each file takes forty a second.</summary>
    [Fact]
    public void A_store_that_files_queue_for_gets_fewer_and_longer_ones()
    {
        var (now, took) = (Empty with { MxFrame = 600 }, TimeSpan.FromMilliseconds(8));

        Assert.InRange(Next(areFilesQueued: false).TotalMilliseconds, 8, 16);
        Assert.InRange(Next(areFilesQueued: true).TotalMilliseconds, 20, 30);

        TimeSpan Next(bool areFilesQueued) => RoundPace.Next(Empty, now, took, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), areFilesQueued);
    }
}

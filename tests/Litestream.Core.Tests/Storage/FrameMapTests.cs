using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

public sealed class FrameMapTests
{
    private const int FrameBytes = 1000;

    [Fact]
    public void The_newest_file_that_holds_a_page_has_it()
    {
        var map = new FrameMap([FileOf(3, 1, 2, 3), FileOf(3, 2), FileOf(4, 3, 4)]);
        Assert.Equal([(0, 1u), (1, 2u), (2, 3u), (2, 4u)], Newest(map, files: 3, pages: 4));
    }

    [Fact]
    public void What_a_later_file_cut_off_does_not_come_back()
    {
        var map = new FrameMap([FileOf(4, 1, 2, 3, 4), FileOf(2, 2), FileOf(4, 3, 4)]);
        Assert.Equal([(0, 1u), (1, 2u), (2, 3u), (2, 4u)], Newest(map, files: 3, pages: 5));
        var error = Assert.Throws<LitestreamException>(() => new FrameMap([FileOf(4, 1, 2, 3, 4), FileOf(2, 2), FileOf(4, 4)]));
        Assert.Contains("page 3 of 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_lock_page_may_be_in_no_file()
    {
        var lockPage = LockPage.Of(65536);
        var without = Enumerable.Range(1, (int)lockPage + 1).Select(p => (uint)p).Where(p => p != lockPage).ToArray();
        var map = new FrameMap([FileOf(lockPage + 1, without)]);
        Assert.False(map.IsNewest(0, lockPage));
        Assert.True(map.IsNewest(0, lockPage + 1));
        Assert.Throws<LitestreamException>(() => new FrameMap([FileOf(lockPage + 1, without[1..])]));
    }

    [Fact]
    public void A_size_that_the_files_cannot_fill_is_refused_before_memory_is_taken() =>
        Assert.Contains("4294967295 pages", Assert.Throws<LitestreamException>(() => new FrameMap([FileOf(uint.MaxValue, 1, 2)])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_database_of_no_pages_cannot_be_restored() =>
        Assert.Throws<LitestreamException>(() => new FrameMap([FileOf(1, 1), FileOf(0)]));

    [Fact]
    public void Neighbouring_frames_are_read_together_over_small_gaps()
    {
        // Page 2 and pages 101..200 are newer elsewhere: the first gap is worth reading over, the second is not.
        var image = FileOf(300, Pages(1, 300));
        var map = new FrameMap([image, FileOf(300, [2, .. Pages(101, 100)])]);
        Assert.Equal(
            [(1, 2u, 200u), (0, 1u, 100u), (0, 201u, 300u)],
            map.Ranges().Select(r => (r.File, Pgno(r, r.First), Pgno(r, r.Last))));

        uint Pgno(FrameRange range, int position) => range.File == 0 ? image.Index[position].Pgno : (uint)(position == 0 ? 2 : 100 + position);
    }

    [Fact]
    public void A_range_is_bounded_and_together_they_hold_every_page_once()
    {
        var file = FileOf(5000, Pages(1, 5000));
        var ranges = new FrameMap([file]).Ranges().ToList();
        Assert.Equal(5, ranges.Count);
        Assert.All(ranges, r => Assert.InRange(r.LengthBytes, 1, FrameRange.MaxBytes));
        Assert.Equal(Enumerable.Range(0, 5000), ranges.SelectMany(r => Enumerable.Range(r.First, r.Last - r.First + 1)));
        Assert.All(ranges, r => Assert.Equal(file.Index[r.First].Offset, r.Offset));
    }

    private static uint[] Pages(int first, int count) => [.. Enumerable.Range(first, count).Select(p => (uint)p)];

    private static IEnumerable<(int, uint)> Newest(FrameMap map, int files, uint pages) =>
        from file in Enumerable.Range(0, files)
        from pgno in Enumerable.Range(1, (int)pages)
        where map.IsNewest(file, (uint)pgno)
        select (file, (uint)pgno);

    private static ChainFile FileOf(uint commit, params uint[] pages)
    {
        var header = new LtxHeader { PageSize = 65536, Commit = commit, MinTxid = new(1), MaxTxid = new(1), TimestampMs = 0 };
        var entries = pages.Select((pgno, i) => new IndexEntry(pgno, 100 + (i * FrameBytes), FrameBytes)).ToArray();
        return new(default, "file", header, new PageIndex(entries), null, 0);
    }
}

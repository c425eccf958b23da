using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

/// <summary>What the encoder refuses: no reader would notice before a restore does.</summary>
public sealed class LtxEncoderTests
{
    private static readonly byte[] Page = new byte[512];

    [Fact]
    public void Refuses_pages_out_of_order()
    {
        using var encoder = new LtxEncoder(new MemoryStream(), SampleLtx.Header(512, 9));
        Assert.Throws<ArgumentException>(() => encoder.WritePage(0, Page));
        encoder.WritePage(3, Page);
        Assert.Throws<ArgumentException>(() => encoder.WritePage(3, Page));
        Assert.Throws<ArgumentException>(() => encoder.WritePage(2, Page));
        encoder.WritePage(9, Page);
        Assert.Equal(2, encoder.PageCount);
    }

    [Fact]
    public void Refuses_a_page_beyond_commit()
    {
        using var encoder = new LtxEncoder(new MemoryStream(), SampleLtx.Header(512, 9));
        Assert.Throws<ArgumentException>(() => encoder.WritePage(10, Page));
    }

    [Fact]
    public void Refuses_a_page_of_another_size()
    {
        using var encoder = new LtxEncoder(new MemoryStream(), SampleLtx.Header(512, 9));
        Assert.Throws<ArgumentException>(() => encoder.WritePage(1, new byte[511]));
        Assert.Throws<ArgumentException>(() => encoder.WritePage(1, new byte[1024]));
        Assert.Throws<ArgumentException>(() => encoder.WriteCompressed(1, new byte[531], Page));
        Assert.Throws<ArgumentException>(() => encoder.WriteCompressed(1, [], Page));
        Assert.Equal(0, encoder.PageCount);
    }

    [Theory]
    [InlineData(512, 2097153u)]
    [InlineData(1024, 1048577u)]
    [InlineData(2048, 524289u)]
    [InlineData(4096, 262145u)]
    [InlineData(8192, 131073u)]
    [InlineData(16384, 65537u)]
    [InlineData(32768, 32769u)]
    [InlineData(65536, 16385u)]
    public void Refuses_the_lock_page_and_takes_its_neighbours(int pageSize, uint lockPage)
    {
        Assert.Equal(lockPage, LockPage.Of(pageSize));
        var (before, after) = (new byte[pageSize], new byte[pageSize]);
        (before[0], after[0]) = (1, 2);
        var output = new MemoryStream();
        using var encoder = new LtxEncoder(output, SampleLtx.Header(pageSize, lockPage + 1));
        encoder.WritePage(lockPage - 1, before);
        Assert.Throws<ArgumentException>(() => encoder.WritePage(lockPage, before));
        encoder.WritePage(lockPage + 1, after);
        encoder.Finish();
        var read = DecodedLtx.Read(output.ToArray());
        Assert.Equal([lockPage - 1, lockPage + 1], read.Pages.Select(page => page.Pgno));
        Assert.Equal([1, 2], read.Pages.Select(page => (int)page.Data[0]));
    }

    [Theory]
    [MemberData(nameof(LtxRoundTripTests.PageSizes), MemberType = typeof(LtxRoundTripTests))]
    public void An_image_beyond_the_lock_page_is_complete_without_it(int pageSize)
    {
        // Encoder and decoder both ask this rule; here it is asked without a gigabyte of pages.
        var lockPage = LockPage.Of(pageSize);
        var order = new PageOrder(SampleLtx.Header(pageSize, lockPage + 1, min: 1));
        var refused = 0;
        for (var pgno = 1u; pgno < lockPage; pgno++)
            refused += order.Refuse(pgno) is null ? 0 : 1;
        Assert.Equal(0, refused);
        Assert.NotNull(order.RefuseEnd());
        Assert.NotNull(order.Refuse(lockPage));
        Assert.NotNull(order.RefuseEnd());
        Assert.Null(order.Refuse(lockPage + 1));
        Assert.Null(order.RefuseEnd());
        Assert.NotNull(order.Refuse(lockPage + 2));
        Assert.Equal((int)lockPage, order.Count);
    }

    [Fact]
    public void An_image_with_a_hole_is_not_finished()
    {
        using var encoder = new LtxEncoder(new MemoryStream(), SampleLtx.Header(512, 3, min: 1));
        encoder.WritePage(1, Page);
        encoder.WritePage(3, Page);
        Assert.Throws<InvalidOperationException>(() => encoder.Finish());
    }

    [Fact]
    public void Nothing_is_written_after_the_end()
    {
        using var encoder = new LtxEncoder(new MemoryStream(), SampleLtx.Header(512, 9));
        encoder.Finish();
        Assert.Throws<InvalidOperationException>(() => encoder.WritePage(1, Page));
        Assert.Throws<InvalidOperationException>(() => encoder.Finish());
        encoder.Dispose();
        Assert.Throws<InvalidOperationException>(() => encoder.WritePage(1, Page));
    }

    [Fact]
    public void A_file_that_was_never_finished_does_not_read_as_one()
    {
        var output = new MemoryStream();
        using (var encoder = new LtxEncoder(output, SampleLtx.Header(512, 5000)))
        {
            var random = new Random(1);
            for (var pgno = 1u; pgno <= 5000; pgno++)
                encoder.WritePage(pgno, SamplePages.Any(random, 512));
        }
        Assert.True(output.Length > 100_000);
        Assert.Throws<LtxFormatException>(() => DecodedLtx.Read(output.ToArray()));
    }

    [Fact]
    public void A_proof_known_last_needs_a_stream_that_seeks()
    {
        using var encoder = new LtxEncoder(new OneWayStream(new MemoryStream()), SampleLtx.Header(512, 9));
        Assert.Throws<InvalidOperationException>(() => encoder.Finish(new Proof(1, 2)));
        encoder.Finish();
    }
}

using Litestream.Core.Tests.Needs;
using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

public sealed class LtxRoundTripTests(ITestOutputHelper output)
{
    public static TheoryData<int> PageSizes => [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    [Theory]
    [MemberData(nameof(PageSizes))]
    public void What_is_written_is_read(int pageSize)
    {
        var random = Seeded();
        foreach (var header in new[] { SampleLtx.Header(pageSize, 30), SampleLtx.Header(pageSize, 30, min: 1) with { NodeId = 77 } })
        {
            var numbers = Enumerable.Range(1, 30).Where(_ => header.MinTxid.Value == 1 || random.Next(2) == 0).Select(i => (uint)i).ToList();
            var pages = SampleLtx.Pages(random, pageSize, numbers);
            var bytes = SampleLtx.Encode(header, pages);
            var read = DecodedLtx.Read(bytes);
            Assert.Equal(header, read.Header);
            AssertSame(pages, read.Pages);
            AssertIndexServesPages(bytes, pages);
        }
    }

    [Theory]
    [MemberData(nameof(PageSizes))]
    public void Files_of_earlier_releases_are_read(int pageSize)
    {
        var random = Seeded();
        var header = SampleLtx.Header(pageSize, 40);
        var pages = SampleLtx.Pages(random, pageSize, 1, 2, 3, 17, 39, 40);
        var bytes = SampleLtx.EncodeV3a(header, pages);
        AssertSame(pages, DecodedLtx.Read(bytes).Pages);
        AssertSame(pages, DecodedLtx.Read(new OneWayStream(new MemoryStream(bytes), 7)).Pages);
        AssertIndexServesPages(bytes, pages);
    }

    [NeedsLz4]
    public void Frames_written_by_the_reference_are_read_whatever_their_options()
    {
        var random = Seeded();
        for (var i = 0; i < 16; i++)
        {
            var pages = SampleLtx.Pages(random, 4096, 1, 5, 9);
            var bytes = SampleLtx.EncodeV3a(SampleLtx.Header(4096, 9), pages,
                page => LibLz4.CompressFrame(page, blockSizeId: 4 + (i % 4), linked: i % 2 == 1, blockChecksums: i % 8 > 3, contentSize: i > 7));
            AssertSame(pages, DecodedLtx.Read(bytes).Pages);
            AssertIndexServesPages(bytes, pages);
        }
    }

    [Fact]
    public void A_stream_that_cannot_seek_gets_the_same_bytes()
    {
        var random = Seeded();
        var header = SampleLtx.Header(1024, 200, min: 1) with { Proof = new Proof(null, 3) };
        var pages = SampleLtx.Pages(random, 1024, Enumerable.Range(1, 200).Select(i => (uint)i));
        var expected = SampleLtx.Encode(header, pages);

        var target = new MemoryStream();
        using var encoder = new LtxEncoder(new OneWayStream(target), header);
        foreach (var (pgno, data) in pages)
            encoder.WritePage(pgno, data);
        Assert.Equal(expected.Length, encoder.Finish());
        Assert.Equal(expected, target.ToArray());
        foreach (var step in new[] { 1, 3, 4096, 70_000 })
            AssertSame(pages, DecodedLtx.Read(new OneWayStream(new MemoryStream(expected), step)).Pages);
    }

    [Fact]
    public void A_file_may_begin_in_the_middle_of_a_stream()
    {
        var random = Seeded();
        var header = SampleLtx.Header(512, 4);
        var pages = SampleLtx.Pages(random, 512, 2, 4);
        var target = new MemoryStream();
        target.Write("before"u8);
        using var encoder = new LtxEncoder(target, header);
        foreach (var (pgno, data) in pages)
            encoder.WritePage(pgno, data);
        var length = encoder.Finish(new Proof(1, 2));
        Assert.Equal(6 + length, target.Position);
        target.Write("behind"u8);
        var bytes = target.ToArray();
        Assert.Equal(SampleLtx.Encode(header with { Proof = new Proof(1, 2) }, pages), bytes[6..^6]);
    }

    [Fact]
    public void A_proof_put_in_last_gives_the_same_file_as_one_given_first()
    {
        var random = Seeded();
        var header = SampleLtx.Header(2048, 50);
        var pages = SampleLtx.Pages(random, 2048, 7, 8, 50);
        var late = SampleLtx.Encode(header, pages, new Proof(11, 22));
        Assert.Equal(SampleLtx.Encode(header with { Proof = new Proof(11, 22) }, pages), late);
        Assert.Equal(new Proof(11, 22), DecodedLtx.Read(late).Header.Proof);
    }

    [Theory]
    [InlineData(5ul, 100u)]
    [InlineData(5ul, 0u)]
    [InlineData(1ul, 0u)]
    public void A_file_without_pages_is_legal(ulong min, uint commit)
    {
        var bytes = SampleLtx.Encode(SampleLtx.Header(4096, commit, min), []);
        Assert.Equal(131, bytes.Length);
        var read = DecodedLtx.Read(bytes);
        Assert.Empty(read.Pages);
        Assert.Equal(commit, read.Header.Commit);
        Assert.Equal(0, PageIndex.Parse(bytes, bytes.Length, "f", out _)!.Count);
    }

    [Fact]
    public void Merged_blocks_are_taken_over_as_they_are()
    {
        var random = Seeded();
        var pages = SampleLtx.Pages(random, 4096, 1, 3, 9);
        var bytes = SampleLtx.Encode(SampleLtx.Header(4096, 9), pages);
        var index = PageIndex.Parse(bytes, bytes.Length, "f", out _)!;
        var target = new MemoryStream();
        using var encoder = new LtxEncoder(target, SampleLtx.Header(4096, 9));
        for (var i = 0; i < index.Count; i++)
        {
            Assert.True(PageFrame.TryGetBlock(bytes.AsSpan((int)index[i].Offset, index[i].SizeBytes), out var block));
            encoder.WriteCompressed(index[i].Pgno, block, pages[i].Data);
        }
        encoder.Finish();
        Assert.Equal(bytes, target.ToArray());
    }

    [Fact]
    public void Neither_direction_allocates_per_page()
    {
        var (page, target) = (new byte[512], new MemoryStream(4 << 20));
        long Encode(uint count)
        {
            target.Position = 0;
            target.SetLength(0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var encoder = new LtxEncoder(target, SampleLtx.Header(512, count)))
            {
                for (var pgno = 1u; pgno <= count; pgno++)
                    encoder.WritePage(pgno, page);
                encoder.Finish();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        long Decode()
        {
            target.Position = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var decoder = new LtxDecoder(target, "f");
            while (decoder.ReadPage(page, out _))
                continue;
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        // The best of several, as other tests share the pools: what is left is per file, and the index at 16 bytes a page.
        Assert.InRange(Enumerable.Range(0, 10).Min(_ => Encode(20_000)), 0, 4096);
        Assert.InRange(Enumerable.Range(0, 10).Min(_ => Decode()), 0, 4096 + (16 * 20_000));
    }

    private static void AssertSame(List<(uint Pgno, byte[] Data)> expected, List<(uint Pgno, byte[] Data)> actual)
    {
        Assert.Equal(expected.Select(page => page.Pgno), actual.Select(page => page.Pgno));
        foreach (var (left, right) in expected.Zip(actual))
            Assert.Equal(left.Data, right.Data);
    }

    private static void AssertIndexServesPages(byte[] bytes, List<(uint Pgno, byte[] Data)> pages)
    {
        var index = PageIndex.Parse(bytes, bytes.Length, "f", out _)!;
        Assert.Equal(pages.Count, index.Count);
        for (var i = 0; i < index.Count; i++)
        {
            var page = new byte[pages[i].Data.Length];
            PageFrame.Decode(bytes.AsSpan((int)index[i].Offset, index[i].SizeBytes), index[i], page, "f");
            Assert.Equal(pages[i].Pgno, index[i].Pgno);
            Assert.Equal(pages[i].Data, page);
        }
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}

using Litestream.Core.Tests.Needs;
using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

public sealed class Lz4BlockTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_length_survives_a_round_trip_and_ends_as_the_format_demands()
    {
        var random = Seeded();
        for (var length = 0; length <= 1100; length++)
            RoundTrip(SamplePages.Any(random, length));
        for (var size = 2048; size <= 65536; size *= 2)
            for (var i = 0; i < 40; i++)
                RoundTrip(SamplePages.Any(random, size - random.Next(2)));
    }

    [Fact]
    public void A_page_that_does_not_compress_stays_within_the_bound()
    {
        var page = new byte[65536];
        Seeded().NextBytes(page);
        Assert.InRange(Compress(page).Length, page.Length, Lz4Block.CompressBound(page.Length));
    }

    [Fact]
    public void Refuses_too_little_room_and_more_than_a_page()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Lz4Block.Compress(new byte[4096], new byte[Lz4Block.CompressBound(4096) - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lz4Block.Compress(new byte[65537], new byte[70000]));
    }

    [Fact]
    public void A_block_must_fill_the_page_exactly()
    {
        var block = Compress([.. Enumerable.Repeat((byte)7, 512)]);
        Assert.False(Lz4Block.TryDecompress(block, new byte[511]));
        Assert.False(Lz4Block.TryDecompress(block, new byte[513]));
        Assert.False(Lz4Block.TryDecompress(block, []));
        Assert.False(Lz4Block.TryDecompress(block.AsSpan(0, block.Length - 1), new byte[512]));
        Assert.False(Lz4Block.TryDecompress([.. block, 0], new byte[512]));
        Assert.True(Lz4Block.TryDecompress(block, new byte[512]));
    }

    [Theory]
    [InlineData("", 0, "nothing at all")]
    [InlineData("40 61626364", 5, "one literal too few")]
    [InlineData("40 616263", 4, "literals cut off")]
    [InlineData("10 61 0000 50 6162636465", 10, "distance 0")]
    [InlineData("10 61 0200 50 6162636465", 10, "distance before the beginning")]
    [InlineData("10 61 01", 5, "distance cut off")]
    [InlineData("10 61 0100", 5, "nothing after a match")]
    [InlineData("1f 61 0100", 500, "length of a match missing")]
    [InlineData("1f 61 0100 ff ff", 500, "length of a match without end")]
    [InlineData("f0", 15, "length of literals missing")]
    [InlineData("f0 ff ff ff", 4096, "length of literals without end")]
    [InlineData("1f 61 0100 64 50 6162636465", 30, "match beyond the page")]
    public void Refuses_a_malformed_block(string hex, int length, string why)
    {
        output.WriteLine(why);
        Assert.False(Lz4Block.TryDecompress(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), new byte[length]));
    }

    [Fact]
    public void A_length_that_would_overflow_is_refused()
    {
        // 9 million times 255 is more than an int holds.
        var block = new byte[9_000_000];
        block.AsSpan().Fill(255);
        Assert.False(Lz4Block.TryDecompress(block, new byte[65536]));
        (block[0], block[1], block[2], block[3]) = (0x1F, 0x61, 0x01, 0x00);
        Assert.False(Lz4Block.TryDecompress(block, new byte[65536]));
    }

    [NeedsLinux]
    public void Neither_direction_touches_memory_outside_its_buffers()
    {
        var random = Seeded();
        using var input = new GuardedBuffer(66_000);
        using var result = new GuardedBuffer(66_000);
        for (var i = 0; i < 3000; i++)
        {
            var page = SamplePages.Any(random, i < 1500 ? random.Next(1, 700) : 512 << random.Next(4));
            var atEnd = i % 2 == 0;
            var compressed = result.Copy(new byte[Lz4Block.CompressBound(page.Length)], atEnd);
            var block = compressed[..Lz4Block.Compress(input.Copy(page, atEnd), compressed)].ToArray();
            var restored = result.Copy(new byte[page.Length], atEnd);
            Assert.True(Lz4Block.TryDecompress(input.Copy(block, atEnd), restored));
            Assert.Equal(page, restored.ToArray());
        }
    }

    [NeedsLinux]
    public void Damaged_blocks_never_read_or_write_outside()
    {
        var random = Seeded();
        using var input = new GuardedBuffer(140_000);
        using var result = new GuardedBuffer(66_000);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var page = SamplePages.Any(random, random.Next(1, i % 100 == 0 ? 20_000 : 1500));
            var block = Mutation.Of(Compress(page), random);
            var length = Math.Max(0, page.Length + (random.Next(4) == 0 ? random.Next(-40, 40) : 0));
            var atEnd = random.Next(2) == 0;
            if (!Lz4Block.TryDecompress(input.Copy(block, atEnd), atEnd ? result.AtEnd(length) : result.AtStart(length)))
                refused++;
        }
        output.WriteLine($"{refused} refused");
        Assert.InRange(refused, 5_000, 20_000);
    }

    [NeedsLz4]
    public void Liblz4_reads_what_we_write_and_we_read_what_it_writes()
    {
        var random = Seeded();
        for (var i = 0; i < 3000; i++)
        {
            var page = SamplePages.Any(random, i < 2000 ? random.Next(1, 2000) : 512 << random.Next(8));
            var restored = new byte[page.Length];
            Assert.Equal(page.Length, LibLz4.Decompress(Compress(page), restored));
            Assert.Equal(page, restored);
            restored.AsSpan().Clear();
            Assert.True(Lz4Block.TryDecompress(LibLz4.Compress(page, random.Next(1, 20)), restored));
            Assert.Equal(page, restored);
        }
    }

    [NeedsLz4]
    public void Liblz4_agrees_about_damaged_blocks()
    {
        var random = Seeded();
        var (both, onlyOurs, onlyTheirs) = (0, 0, 0);
        for (var i = 0; i < 40_000; i++)
        {
            var page = SamplePages.Any(random, random.Next(20, 1500));
            var block = Mutation.Of(Compress(page), random);
            var (ours, theirs) = (new byte[page.Length], new byte[page.Length]);
            var weAccept = Lz4Block.TryDecompress(block, ours);
            var theyAccept = LibLz4.Decompress(block, theirs) == page.Length;
            if (weAccept && theyAccept)
                Assert.Equal(theirs, ours);
            (both, onlyOurs, onlyTheirs) = (both + (weAccept && theyAccept ? 1 : 0), onlyOurs + (weAccept && !theyAccept ? 1 : 0),
                onlyTheirs + (!weAccept && theyAccept ? 1 : 0));
            // What they accept beyond us is distance 0, which the format forbids.
            Assert.True(weAccept || !theyAccept || BlockWalk.HasDistanceZero(block), $"only liblz4 accepts {Convert.ToHexString(block)}");
        }
        output.WriteLine($"both accept {both}, only ours {onlyOurs} (without the literals at the end), only theirs {onlyTheirs} (distance 0)");
        Assert.True(both > 1000);
        Assert.InRange(onlyOurs, 0, both);
    }

    [Fact]
    public void Compressing_and_decompressing_allocate_nothing()
    {
        var page = SamplePages.Any(Seeded(), 4096);
        var (room, restored) = (new byte[Lz4Block.CompressBound(4096)], new byte[4096]);
        void Both()
        {
            var length = Lz4Block.Compress(page, room);
            Assert.True(Lz4Block.TryDecompress(room.AsSpan(0, length), restored));
        }
        Both();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Both();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void RoundTrip(byte[] page)
    {
        var block = Compress(page);
        BlockWalk.AssertConforms(block, page.Length);
        var restored = new byte[page.Length];
        Assert.True(Lz4Block.TryDecompress(block, restored));
        Assert.Equal(page, restored);
    }

    private static byte[] Compress(byte[] page)
    {
        var room = new byte[Lz4Block.CompressBound(page.Length)];
        return room[..Lz4Block.Compress(page, room)];
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}

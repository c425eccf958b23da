using Litestream.Core.Tests.Needs;
using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

public sealed class Lz4FrameTests(ITestOutputHelper output)
{
    [Fact]
    public void A_frame_of_one_page_is_read_and_its_end_is_known()
    {
        var random = Seeded();
        for (var i = 0; i < 200; i++)
        {
            var page = SamplePages.Any(random, 512 << random.Next(8));
            var frame = SampleLtx.Frame(page);
            var restored = new byte[page.Length];
            Assert.Equal(frame.Length, Lz4Frame.Decode([.. frame, 1, 2, 3], restored, "f", 0));
            Assert.Equal(page, restored);
            Assert.Equal(page, ReadAll(frame, int.MaxValue));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_is_noticed()
    {
        var page = SamplePages.Any(Seeded(), 600);
        var frame = SampleLtx.Frame(page);
        for (var bit = 0; bit < 8 * frame.Length; bit++)
        {
            var damaged = (byte[])frame.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            // A shorter distance to the same bytes gives the same page: then there is nothing to notice.
            var restored = new byte[page.Length];
            if (TryDecode(damaged, restored))
                Assert.Equal(page, restored);
            if (TryReadAll(damaged) is { } content)
                Assert.Equal(page, content);
        }
    }

    [Fact]
    public void A_frame_that_is_cut_off_is_refused_at_every_length()
    {
        var frame = SampleLtx.Frame(SamplePages.Any(Seeded(), 600));
        for (var length = 0; length < frame.Length; length++)
        {
            Assert.False(TryDecode(frame[..length], new byte[600]));
            Assert.Null(TryReadAll(frame[..length]));
        }
        Assert.Null(TryReadAll([.. frame, 0]));
    }

    [Fact]
    public void A_page_of_another_length_is_refused()
    {
        var frame = SampleLtx.Frame(new byte[1024]);
        Assert.False(TryDecode(frame, new byte[512]));
        Assert.False(TryDecode(frame, new byte[1025]));
        Assert.True(TryDecode(frame, new byte[1024]));
    }

    [Theory]
    [InlineData("05224d186440a7", "another magic number")]
    [InlineData("02214c186440a7", "the legacy format")]
    [InlineData("502a4d18", "a skippable frame")]
    [InlineData("04224d18a440a7", "another version")]
    [InlineData("04224d186640a7", "a reserved flag")]
    [InlineData("04224d186540a7", "a dictionary")]
    [InlineData("04224d186430a7", "a block size that does not exist")]
    [InlineData("04224d1864c0a7", "a reserved bit")]
    [InlineData("04224d186441a7", "another reserved bit")]
    [InlineData("04224d186440a6", "a wrong header checksum")]
    public void Refuses_a_header_that_cannot_be(string hex, string why)
    {
        output.WriteLine(why);
        var bytes = Convert.FromHexString(hex);
        Assert.False(TryDecode([.. bytes, .. new byte[20]], new byte[16]));
        Assert.Null(TryReadAll([.. bytes, .. new byte[20]]));
    }

    [Fact]
    public void An_empty_frame_is_empty()
    {
        byte[] frame = [0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0, 0, 0, 0, 0x05, 0x5d, 0xcc, 0x02];
        Assert.Empty(ReadAll(frame, 10));
        Assert.True(TryDecode(frame, []));
    }

    [NeedsLz4]
    public void Long_frames_of_the_reference_are_read_in_any_pieces()
    {
        var random = Seeded();
        for (var i = 0; i < 16; i++)
        {
            var content = SamplePages.Any(random, random.Next(1, 700_000));
            var frame = LibLz4.CompressFrame(content, 4 + (i % 4), linked: i % 2 == 1, blockChecksums: i % 8 > 3, contentSize: i > 7);
            Assert.Equal(content, ReadAll(frame, random.Next(1, 100_000)));
        }
    }

    [NeedsLz4]
    public void Damaged_long_frames_are_refused_or_mean_the_same()
    {
        var random = Seeded();
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var content = SamplePages.Any(random, random.Next(1, 80_000));
            var frame = LibLz4.CompressFrame(content, 4, linked: i % 2 == 0, blockChecksums: i % 4 > 1, contentSize: false);
            var read = TryReadAll(Mutation.Of(frame, random));
            if (read is null)
                refused++;
            else
                Assert.Equal(content, read);
        }
        Assert.InRange(refused, 200, 400);
    }

    private static byte[] ReadAll(byte[] frame, int mostBytes)
    {
        using var stream = new Lz4FrameStream(new OneWayStream(new MemoryStream(frame), mostBytes), "f");
        using var content = new MemoryStream();
        stream.CopyTo(content, 1000);
        return content.ToArray();
    }

    private static byte[]? TryReadAll(byte[] frame)
    {
        try
        {
            return ReadAll(frame, int.MaxValue);
        }
        catch (LtxFormatException)
        {
            return null;
        }
    }

    private static bool TryDecode(byte[] frame, byte[] page)
    {
        try
        {
            Lz4Frame.Decode(frame, page, "f", 0);
            return true;
        }
        catch (LtxFormatException)
        {
            return false;
        }
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}

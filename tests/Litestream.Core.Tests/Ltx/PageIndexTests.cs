using System.Buffers.Binary;
using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

public sealed class PageIndexTests(ITestOutputHelper output)
{
    private static byte[] File { get; } =
        SampleLtx.Encode(SampleLtx.Header(512, 5000), SampleLtx.Pages(new Random(3), 512, Enumerable.Range(1, 700).Select(i => (uint)i * 7)));

    [Fact]
    public void A_tail_that_is_too_short_says_how_much_is_needed()
    {
        Assert.Null(PageIndex.Parse([], File.Length, "f", out var needed));
        Assert.Equal(24, needed);
        Assert.Null(PageIndex.Parse(File.AsSpan(File.Length - needed), File.Length, "f", out needed));
        Assert.InRange(needed, 700 * 3, File.Length);
        Assert.Null(PageIndex.Parse(File.AsSpan(File.Length - needed + 1), File.Length, "f", out var again));
        Assert.Equal(needed, again);
        Assert.Equal(700, PageIndex.Parse(File.AsSpan(File.Length - needed), File.Length, "f", out _)!.Count);
        Assert.Equal(700, PageIndex.Parse(File.AsSpan(File.Length - needed - 50), File.Length, "f", out _)!.Count);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(1_000_000UL)]
    [InlineData(0x7fffffffUL)]
    [InlineData(ulong.MaxValue)]
    public void A_length_that_does_not_fit_the_file_takes_no_memory(ulong length)
    {
        var bytes = (byte[])File.Clone();
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(bytes.Length - 24), length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<LtxFormatException>(() => PageIndex.Parse(bytes, bytes.Length, "f", out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384);
    }

    [Fact]
    public void A_file_shorter_than_any_is_damaged()
    {
        for (var length = 0; length < 131; length++)
            Assert.Throws<LtxFormatException>(() => PageIndex.Parse(new byte[length], length, "f", out _));
    }

    [Fact]
    public void Every_changed_byte_of_the_index_is_noticed_there_or_at_the_page()
    {
        var index = PageIndex.Parse(File, File.Length, "f", out var needed)!;
        var (page, noticed) = (new byte[512], 0);
        for (var at = File.Length - needed; at < File.Length - 16; at++)
        {
            var bytes = (byte[])File.Clone();
            bytes[at] ^= (byte)(1 << (at % 8));
            try
            {
                var changed = PageIndex.Parse(bytes, bytes.Length, "f", out _);
                Assert.NotNull(changed);
                Assert.Equal(index.Count, changed.Count);
                for (var i = 0; i < changed.Count; i++)
                    PageFrame.Decode(bytes.AsSpan((int)changed[i].Offset, changed[i].SizeBytes), changed[i], page, "f");
                Assert.Fail($"byte {at} changed and nobody noticed");
            }
            catch (LtxFormatException)
            {
                noticed++;
            }
        }
        Assert.Equal(needed - 16, noticed);
    }

    [Fact]
    public void A_damaged_frame_is_noticed()
    {
        var index = PageIndex.Parse(File, File.Length, "f", out _)!;
        var entry = index[5];
        var frame = File.AsSpan((int)entry.Offset, entry.SizeBytes).ToArray();
        var page = new byte[512];
        PageFrame.Decode(frame, entry, page, "f");
        var reference = (byte[])page.Clone();

        Refused(frame, entry with { Pgno = entry.Pgno + 1 }, "another page");
        Refused(frame[..^1], entry, "a short read");
        Refused([.. frame, 0], entry with { SizeBytes = entry.SizeBytes + 1 }, "a byte too many");
        Refused(frame[..8], entry with { SizeBytes = 8 }, "no payload");
        Refused(Changed(frame, 5, 2), entry, "unknown flags");
        Refused(Changed(frame, 5, 0), entry, "flags of v3a");
        Refused(Changed(frame, 6, 0xFF), entry, "a size of gigabytes");
        Refused(Changed(frame, 9, (byte)(frame[9] - 1)), entry, "a smaller size");
        Assert.Throws<LtxFormatException>(() => PageFrame.Decode(frame, entry, new byte[1024], "f"));
        PageFrame.Decode(frame, entry, page, "f");
        Assert.Equal(reference, page);
    }

    [Fact]
    public void A_block_is_found_in_v3b_frames_only()
    {
        var entry = PageIndex.Parse(File, File.Length, "f", out _)![0];
        var frame = File.AsSpan((int)entry.Offset, entry.SizeBytes).ToArray();
        Assert.True(PageFrame.TryGetBlock(frame, out var block));
        Assert.Equal(frame[10..], block.ToArray());
        Assert.False(PageFrame.TryGetBlock(Changed(frame, 5, 0), out _));
        Assert.False(PageFrame.TryGetBlock(frame.AsSpan(..^1), out _));
        Assert.False(PageFrame.TryGetBlock(frame.AsSpan(0, 10), out _));
        Assert.False(PageFrame.TryGetBlock([], out _));
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = value;
        return changed;
    }

    private void Refused(byte[] frame, IndexEntry entry, string why)
    {
        output.WriteLine(why);
        Assert.Throws<LtxFormatException>(() => PageFrame.Decode(frame, entry, new byte[512], "f"));
    }
}

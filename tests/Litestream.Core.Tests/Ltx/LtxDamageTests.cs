using System.Buffers.Binary;
using System.Diagnostics;
using Litestream.Core.Tests.Golden;
using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

/// <summary>
/// Whatever is done to a file, reading it gives the same pages or an <see cref="LtxFormatException"/>: no other error, no hang, no flood
/// of memory.
/// </summary>
public sealed class LtxDamageTests(GoldenReplicas golden, ITestOutputHelper output) : IClassFixture<GoldenReplicas>
{
    private static byte[] Small { get; } = SampleLtx.Encode(
        SampleLtx.Header(512, 9) with { Proof = new Proof(1, 2) }, SampleLtx.Pages(new Random(5), 512, 1, 2, 8));

    [Fact]
    public void Every_flipped_bit_of_a_file_is_noticed()
    {
        var expected = DecodedLtx.Read(Small);
        var harmless = 0;
        for (var bit = 0; bit < 8 * Small.Length; bit++)
        {
            var damaged = (byte[])Small.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            if (TryRead(damaged) is not { } read)
                continue;
            // Compressed bytes are not in the checksum: another way to say the same page is no damage.
            harmless++;
            Assert.Equal(expected.Header, read.Header);
            Assert.Equal(expected.Pages.SelectMany(page => page.Data), read.Pages.SelectMany(page => page.Data));
        }
        output.WriteLine($"{harmless} bits changed nothing");
        Assert.InRange(harmless, 0, Small.Length);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused_at_every_length()
    {
        for (var length = 0; length < Small.Length; length++)
        {
            var error = Assert.Throws<LtxFormatException>(() => DecodedLtx.Read(Small[..length], "replica/0/x.ltx"));
            Assert.InRange(error.Offset, 0, length);
            Assert.StartsWith("replica/0/x.ltx: damaged at byte ", error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<LtxFormatException>(() => DecodedLtx.Read([.. Small, 0]));
    }

    [Fact]
    public void Damaged_files_of_every_kind_are_refused_or_mean_the_same()
    {
        var random = Seeded();
        List<byte[]> originals = [Small, SampleLtx.EncodeV3a(SampleLtx.Header(1024, 30), SampleLtx.Pages(random, 1024, 3, 4, 30))];
        foreach (var name in new[] { "simple-512", "vacuum-4096", "vfs-write-4096" })
            originals.AddRange(golden.LtxFiles(name).Select(File.ReadAllBytes));
        var expected = originals.Select(original => DecodedLtx.Read(original)).ToList();
        var (runs, refused, clock) = (0, 0, Stopwatch.StartNew());
        while (clock.ElapsedMilliseconds < 3000)
        {
            var which = random.Next(originals.Count);
            var damaged = Mutation.Of(originals[which], random);
            runs++;
            ReadTail(damaged);
            if (TryRead(damaged) is { } read)
                Assert.Equal(expected[which].Pages.SelectMany(page => page.Data), read.Pages.SelectMany(page => page.Data));
            else
                refused++;
        }
        output.WriteLine($"{runs} damaged files, {refused} refused");
        Assert.InRange(refused, runs / 2, runs);
    }

    [Fact]
    public void Noise_is_refused()
    {
        var random = Seeded();
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            // Half of them begin well, to come further than the magic number.
            if (i % 2 == 0)
                Small.AsSpan(0, Math.Min(bytes.Length, 100)).CopyTo(bytes);
            ReadTail(bytes);
            Assert.Null(TryRead(bytes));
        }
    }

    [Fact]
    public void A_header_that_promises_billions_of_pages_takes_no_memory()
    {
        var bytes = (byte[])Small.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), uint.MaxValue);
        TryRead(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(TryRead(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7fffffffu)]
    [InlineData(531u)]
    public void A_frame_that_promises_gigabytes_takes_no_memory(uint dataSize)
    {
        var bytes = (byte[])Small.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(106), dataSize);
        TryRead(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(TryRead(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536);
    }

    [Fact]
    public void An_image_with_a_hole_is_damaged()
    {
        var bytes = SampleLtx.Encode(SampleLtx.Header(512, 3), SampleLtx.Pages(Seeded(), 512, 1, 3));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), 1);
        Refused(bytes, "all 3 pages");
    }

    [Fact]
    public void A_page_beyond_commit_is_damage()
    {
        var bytes = SampleLtx.Encode(SampleLtx.Header(512, 300), SampleLtx.Pages(Seeded(), 512, 1, 300));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), 299);
        Refused(bytes, "a page up to 299");
    }

    [Fact]
    public void The_lock_page_is_damage()
    {
        var bytes = SampleLtx.Encode(SampleLtx.Header(32768, 16385), SampleLtx.Pages(Seeded(), 32768, 16385));
        // With pages of twice the size, this is the page at 1 GiB.
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), 65536);
        Refused(bytes, "no lock page (16385)");
    }

    [Fact]
    public void Database_checksums_are_verified_where_a_file_has_them()
    {
        var bytes = WorkedExamples.TrackedImage;
        bytes[^16] ^= 1;
        Refused(bytes, "database checksum");
        bytes = WorkedExamples.CapturedRound;
        bytes[^9] = 1;
        Refused(bytes, "database checksum");
    }

    private static void Refused(byte[] bytes, string expected) =>
        Assert.Contains(expected, Assert.Throws<LtxFormatException>(() => DecodedLtx.Read(bytes)).Message, StringComparison.Ordinal);

    /// <summary>As a restore reads: index from the tail, then frame by frame.</summary>
    private static void ReadTail(byte[] bytes)
    {
        try
        {
            if (PageIndex.Parse(bytes, bytes.Length, "f", out _) is not { } index)
                return;
            Assert.InRange(index.Count, 0, bytes.Length / 3);
            var page = new byte[LtxHeader.Parse(bytes, "f").PageSize];
            for (var i = 0; i < index.Count; i++)
                PageFrame.Decode(bytes.AsSpan((int)index[i].Offset, index[i].SizeBytes), index[i], page, "f");
        }
        catch (LtxFormatException)
        {
            // What a damaged file should give.
        }
    }

    private static DecodedLtx? TryRead(byte[] bytes)
    {
        try
        {
            return DecodedLtx.Read(bytes);
        }
        catch (LtxFormatException)
        {
            return null;
        }
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}

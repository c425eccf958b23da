using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

public sealed class WorkedExampleTests
{
    [Fact]
    public void Reads_an_image_with_database_checksums()
    {
        Assert.Equal(168, WorkedExamples.TrackedImage.Length);
        var file = DecodedLtx.Read(WorkedExamples.TrackedImage);
        Assert.Equal((512, 1u, 1000L), (file.Header.PageSize, file.Header.Commit, file.Header.TimestampMs));
        Assert.Equal([new IndexEntry(1, 100, 34)], file.Index);
        Assert.All(Assert.Single(file.Pages).Data, value => Assert.Equal(0x31, value));
    }

    [Fact]
    public void Reads_a_captured_round()
    {
        Assert.Equal(451, WorkedExamples.CapturedRound.Length);
        var file = DecodedLtx.Read(WorkedExamples.CapturedRound);
        Assert.Equal(CapturedHeader, file.Header);
        Assert.Equal([new IndexEntry(2, 100, 34), new IndexEntry(300, 134, 277)], file.Index);
        Assert.Equal([2u, 300u], file.Pages.Select(page => page.Pgno));
        Assert.Equal(Enumerable.Repeat((byte)0xAA, 512), file.Pages[0].Data);
        Assert.Equal([.. WorkedExamples.Ramp, .. WorkedExamples.Ramp], file.Pages[1].Data);
    }

    [Fact]
    public void Reads_a_deletion()
    {
        Assert.Equal(131, WorkedExamples.TrackedDeletion.Length);
        var file = DecodedLtx.Read(WorkedExamples.TrackedDeletion);
        Assert.Empty(file.Pages);
        Assert.Equal(0u, file.Header.Commit);
    }

    [Fact]
    public void Writes_a_captured_round_byte_for_byte()
    {
        var output = new MemoryStream();
        using var encoder = new LtxEncoder(output, CapturedHeader);
        var bytes = WorkedExamples.CapturedRound;
        var pages = DecodedLtx.Read(bytes).Pages;
        // Any conforming compressor is legal, so bytes can only be compared when the compressed ones are given.
        encoder.WriteCompressed(2, bytes.AsSpan(110, 24), pages[0].Data);
        encoder.WriteCompressed(300, bytes.AsSpan(144, 267), pages[1].Data);
        Assert.Equal(451, encoder.Finish());
        Assert.Equal(bytes, output.ToArray());
    }

    private static LtxHeader CapturedHeader => new()
    {
        PageSize = 512,
        Commit = 300,
        MinTxid = new(7),
        MaxTxid = new(7),
        TimestampMs = 1700000000123,
        WalOffset = 32,
        WalSize = 1072,
        WalSalt1 = 0x0a0b0c0d,
        WalSalt2 = 0x01020304,
    };
}

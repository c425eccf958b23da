using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

public sealed class LtxHeaderTests
{
    private static LtxHeader Full => new()
    {
        PageSize = 65536,
        Commit = 0x11223344,
        MinTxid = new(0x2233445566778899),
        MaxTxid = new(0x33445566778899aa),
        TimestampMs = 1700000000123,
        WalOffset = 0x445566778899aabb,
        WalSize = 0x5566778899aabbcc,
        WalSalt1 = 0x66778899,
        WalSalt2 = 0x778899aa,
        NodeId = 0x8899aabbccddeeff,
        Proof = new Proof(0x99aabbccddeeff00, 0xaabbccddeeff0011),
    };

    [Fact]
    public void Every_field_has_its_place()
    {
        var bytes = Written(Full);
        Assert.Equal(
            "4c545831" + "00000002" + "00010000" + "11223344" + "2233445566778899" + "33445566778899aa" + "0000018bcfe5687b" + "0000000000000000"
            + "445566778899aabb" + "5566778899aabbcc" + "66778899" + "778899aa" + "8899aabbccddeeff" + "4c460103" + "99aabbccddeeff00" + "aabbccddeeff0011",
            Convert.ToHexStringLower(bytes));
        Assert.Equal(Full, LtxHeader.Parse(bytes, "f"));
        Assert.Equal(new DateTimeOffset(2023, 11, 14, 22, 13, 20, 123, TimeSpan.Zero), Full.Timestamp);
    }

    [Theory]
    [InlineData(null, 7UL)]
    [InlineData(0UL, 0UL)]
    [InlineData(5UL, 9UL)]
    public void A_proof_comes_back(ulong? pre, ulong post)
    {
        var header = Full with { Proof = new Proof(pre, post) };
        Assert.Equal(header, LtxHeader.Parse(Written(header), "f"));
    }

    [Fact]
    public void Reserved_bytes_without_our_tag_are_nobodys_business()
    {
        var random = new Random(20261120);
        var bytes = Written(Full with { Proof = null });
        Assert.Equal(new byte[20], bytes[80..]);
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes.AsSpan(80));
            if (i % 2 == 0)
                "LF"u8.CopyTo(bytes.AsSpan(80));
            if (i % 4 == 0)
                bytes[82] = 1;
            var proof = LtxHeader.Parse(bytes, "f").Proof;
            Assert.Equal(bytes[80] == 'L' && bytes[81] == 'F' && bytes[82] == 1 && (bytes[83] & 2) != 0, proof is not null);
        }
    }

    [Theory]
    [InlineData(0, "4c545832")]
    [InlineData(4, "00000001")]
    [InlineData(4, "00000003")]
    [InlineData(4, "80000002")]
    [InlineData(8, "00000000")]
    [InlineData(8, "00000100")]
    [InlineData(8, "00020000")]
    [InlineData(8, "00001001")]
    [InlineData(8, "80000200")]
    [InlineData(8, "ffffffff")]
    [InlineData(16, "0000000000000000")]
    [InlineData(16, "ffffffffffffffff")]
    [InlineData(24, "0000000000000000")]
    [InlineData(32, "7fffffffffffffff")]
    [InlineData(32, "8000000000000000")]
    [InlineData(40, "0000000000000001")]
    [InlineData(48, "8000000000000000")]
    [InlineData(48, "0000000000000000")]
    [InlineData(56, "ffffffffffffffff")]
    public void Refuses_a_field_that_cannot_be(int offset, string hex)
    {
        var bytes = Written(Full);
        Convert.FromHexString(hex).CopyTo(bytes, offset);
        var error = Assert.Throws<LtxFormatException>(() => LtxHeader.Parse(bytes, "some/file.ltx"));
        Assert.Equal("some/file.ltx", error.File);
        Assert.InRange(error.Offset, 0, 99);
        Assert.Contains("some/file.ltx: damaged at byte ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_header_that_is_cut_off()
    {
        var bytes = Written(Full);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<LtxFormatException>(() => LtxHeader.Parse(bytes.AsSpan(0, length), "f"));
    }

    [Fact]
    public void Reads_the_lenient_cases_that_genuine_files_have()
    {
        // As the genuine VFS writes: no WAL fields at all, and a node that we did not choose.
        var bytes = Written(Full with { WalOffset = 0, WalSize = 0, WalSalt1 = 0, WalSalt2 = 0, NodeId = ulong.MaxValue, Proof = null });
        Assert.Equal(ulong.MaxValue, LtxHeader.Parse(bytes, "f").NodeId);
        // As genuine snapshots are: the last frame only.
        bytes = Written(Full with { WalOffset = 32, WalSize = 0, WalSalt1 = 1, WalSalt2 = 2 });
        Assert.Equal(32, LtxHeader.Parse(bytes, "f").WalOffset);
    }

    [Fact]
    public void Writes_nothing_that_nobody_could_read()
    {
        LtxHeader[] wrong =
        [
            Full with { PageSize = 0 }, Full with { PageSize = 4095 }, Full with { MinTxid = Txid.None }, Full with { MaxTxid = new(1) },
            Full with { TimestampMs = long.MaxValue }, Full with { WalOffset = -1 }, Full with { WalOffset = 0 },
        ];
        Assert.All(wrong, header => Assert.Throws<InvalidOperationException>(() => header.Write(new byte[100])));
        Assert.All(wrong, header => Assert.Throws<InvalidOperationException>(() => new LtxEncoder(new MemoryStream(), header)));
    }

    private static byte[] Written(LtxHeader header)
    {
        var bytes = new byte[LtxHeader.SizeBytes];
        bytes.AsSpan().Fill(0xEE);
        header.Write(bytes);
        return bytes;
    }
}

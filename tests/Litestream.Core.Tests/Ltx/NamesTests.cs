using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

public sealed class NamesTests
{
    [Fact]
    public void A_name_comes_back()
    {
        var file = new LtxFile(2, new(0x2a), new(0xffffffffffffffff), 5, default);
        Assert.Equal("000000000000002a-ffffffffffffffff.ltx", file.Name);
        Assert.True(LtxFile.TryParseName(file.Name, out var min, out var max));
        Assert.Equal((file.MinTxid, file.MaxTxid), (min, max));
        Assert.False(file.IsImage);
        Assert.True((file with { MinTxid = new(1) }).IsImage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("manifest.json")]
    [InlineData("000000000000002a-000000000000002b.ltx.tmp")]
    [InlineData("000000000000002A-000000000000002B.ltx")]
    [InlineData("000000000000002a-000000000000002b.LTX")]
    [InlineData("000000000000002a_000000000000002b.ltx")]
    [InlineData("00000000000000-a-000000000000002b.ltx")]
    [InlineData("000000000000002b-000000000000002a.ltx")]
    [InlineData("0000000000000000-000000000000002a.ltx")]
    [InlineData("00000000000002a-000000000000002b.ltx")]
    [InlineData(" 00000000000002a-000000000000002b.ltx")]
    public void Any_other_name_is_none_of_ours(string name) => Assert.False(LtxFile.TryParseName(name, out _, out _));

    [Fact]
    public void Transaction_ids_are_sixteen_digits()
    {
        Assert.Equal("00000000000000ff", new Txid(255).ToString());
        Assert.True(Txid.TryParse("00000000000000FF", out var txid));
        Assert.Equal(255UL, txid.Value);
        Assert.False(Txid.TryParse("ff", out _));
        Assert.False(Txid.TryParse("00000000000000fg", out _));
        Assert.False(Txid.TryParse("00000000000000 f", out _));
        Assert.False(Txid.TryParse(null, out _));
        Assert.Equal(Txid.None, Txid.None.Previous);
        Assert.Equal(new Txid(8), new Txid(7).Next);
    }
}

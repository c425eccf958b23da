using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(1UL, "01")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(300UL, "ac02")]
    [InlineData(uint.MaxValue, "ffffffff0f")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void Numbers_have_one_form(ulong value, string hex)
    {
        var bytes = new byte[Varint.MaxBytes];
        var length = Varint.Write(bytes, value);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes.AsSpan(0, length)));
        Assert.Equal(length, Varint.Read(bytes, out var read));
        Assert.Equal(value, read);
        Assert.Equal(0, Varint.Read(bytes.AsSpan(0, length - 1), out _));
    }

    [Theory]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffff8100")]
    [InlineData("80808080808080808080808000")]
    [InlineData("")]
    public void More_than_64_bits_are_refused(string hex) => Assert.Equal(0, Varint.Read(Convert.FromHexString(hex), out _));
}

using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

public sealed class ChecksumTests
{
    [Fact]
    public void Crc_gives_the_published_values()
    {
        Assert.Equal(0xb90956c775a41001, Crc64.Of("123456789"u8));
        Assert.Equal(0UL, Crc64.Of([]));
        Assert.Equal(0xd9328f592d9e733d, LtxTrailer.PageChecksum(1, new byte[4096]));
        Assert.Equal(0xef63e89fecd99000, LtxTrailer.PageChecksum(2, new byte[512]));
        Assert.Equal(0xeb1a999231044ddd, LtxTrailer.PageChecksum(1, [.. Enumerable.Repeat((byte)0x31, 512)]));
    }
}

using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Configuration;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("64MB", 64_000_000)]
    [InlineData("64 MB", 64_000_000)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("1.5gb", 1_500_000_000)]
    [InlineData("7B", 7)]
    public void Reads_what_people_write(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1MB")]
    [InlineData("1XB")]
    [InlineData("99999999999TB")]
    public void Refuses_the_rest(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(20480, "20.5 kB")]
    [InlineData(999_600, "1 MB")]
    [InlineData(538_000_000, "538 MB")]
    [InlineData(1_080_000_000, "1.08 GB")]
    public void Writes_three_digits(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}

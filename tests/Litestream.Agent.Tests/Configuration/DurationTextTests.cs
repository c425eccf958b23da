using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("100ms", 0.1)]
    [InlineData("1s", 1)]
    [InlineData("1.5s", 1.5)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("7d", 604800)]
    public void Reads_what_people_write(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, precision: 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("1 s")]
    [InlineData("-1s")]
    [InlineData("1w")]
    [InlineData("1s1")]
    [InlineData("1..5s")]
    [InlineData("99999999999999d")]
    [InlineData("1e3s")]
    [InlineData("NaNs")]
    public void Refuses_the_rest(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("30s")]
    [InlineData("5m")]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("7d")]
    [InlineData("100ms")]
    [InlineData("0s")]
    public void Writes_what_it_reads(string text)
    {
        Assert.True(DurationText.TryParse(text == "0s" ? "0" : text, out var duration));
        Assert.Equal(text, DurationText.Format(duration));
    }
}

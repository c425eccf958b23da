using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

public sealed class FleetUlidTests
{
    [Fact]
    public void Ids_rise_within_a_millisecond_and_when_the_clock_goes_back()
    {
        var seed = Environment.TickCount;
        var clock = new SetTime { Now = FleetSamples.Noon };
        var source = new UlidSource(clock, new Random(seed));
        var ids = new List<string>();
        for (var i = 0; i < 10_000; i++)
        {
            clock.Now += TimeSpan.FromMilliseconds(i % 7 == 0 ? 1 : i % 11 == 0 ? -5 : 0);
            ids.Add(source.Next().ToString());
        }
        Assert.True(ids.Zip(ids.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0), $"seed {seed}");
    }

    [Fact]
    public void Ids_of_many_threads_are_all_different()
    {
        var source = new UlidSource(TimeProvider.System, new Random(1));
        var ids = new System.Collections.Concurrent.ConcurrentBag<Ulid>();
        Parallel.For(0, 10_000, _ => ids.Add(source.Next()));
        Assert.Equal(10_000, ids.Distinct().Count());
    }

    [Fact]
    public void Text_and_back()
    {
        // The example of the ULID specification.
        Assert.True(Ulid.TryParse("01ARZ3NDEKTSV4RRFFQ69G5FAV", out var known));
        Assert.Equal(new DateTimeOffset(2016, 7, 30, 23, 54, 10, 259, TimeSpan.Zero), known.Time);
        Assert.Equal("01ARZ3NDEKTSV4RRFFQ69G5FAV", known.ToString());
        Assert.StartsWith("01ARZ3NDEK0000", Ulid.First(known.Time).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAVX")]
    [InlineData("01arz3ndektsv4rrffq69g5fav")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAU")]
    [InlineData("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData(null)]
    public void What_is_no_ulid_is_refused(string? text) => Assert.False(Ulid.TryParse(text, out _));

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

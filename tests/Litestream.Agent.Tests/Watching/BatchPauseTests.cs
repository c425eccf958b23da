using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class BatchPauseTests
{
    private readonly BatchPause _pause = new();

    [Fact]
    public void A_few_events_are_never_waited_for()
    {
        for (var ms = 0; ms < 1000; ms += 10)
            Assert.Equal(TimeSpan.Zero, _pause.After(TimeSpan.FromMilliseconds(ms), events: 4));
    }

    [Fact]
    public void Events_by_the_thousand_are_gathered_and_when_they_end_the_next_one_is_not_waited_for()
    {
        var now = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 100; i++)
            _pause.After(now += TimeSpan.FromMilliseconds(1), events: 5);
        Assert.Equal(BatchPause.Pause, _pause.After(now += TimeSpan.FromMilliseconds(1), events: 5));
        Assert.Equal(BatchPause.Pause, _pause.After(now += BatchPause.Pause, events: 25));
        Assert.Equal(TimeSpan.Zero, _pause.After(now + TimeSpan.FromSeconds(1), events: 1));
    }
}

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

    /// <summary>Each of its commits is an event, and those that wait come as one.</summary>
    [Fact]
    public void Those_of_one_tenant_with_a_thousand_commits_a_second_are_gathered()
    {
        var (now, reads) = (TimeSpan.FromSeconds(1), 0);
        for (var end = now + TimeSpan.FromSeconds(1); now < end; reads++)
            now += _pause.After(now, events: 1) + TimeSpan.FromMilliseconds(1);
        Assert.InRange(reads, 80, 150);
    }

    [Fact]
    public void Its_next_thirty_a_second_are_not_waited_for()
    {
        var now = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 100; i++)
            now += _pause.After(now, events: 1) + TimeSpan.FromMilliseconds(1);
        for (var i = 0; i < 6; i++)
        {
            _pause.After(now, events: 1);
            now += TimeSpan.FromMilliseconds(33);
        }
        Assert.Equal(TimeSpan.Zero, _pause.After(now, events: 1));
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

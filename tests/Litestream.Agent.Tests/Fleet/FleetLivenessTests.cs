using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>What readers make of a digest's age: nothing in the table says it.</summary>
public sealed class FleetLivenessTests
{
    [Theory]
    [InlineData(-300, LivenessWords.Live)]
    [InlineData(0, LivenessWords.Live)]
    [InlineData(90, LivenessWords.Live)]
    [InlineData(90.1, LivenessWords.Late)]
    [InlineData(300, LivenessWords.Late)]
    [InlineData(300.1, LivenessWords.Lost)]
    [InlineData(1e9, LivenessWords.Lost)]
    public void A_host_is_late_after_three_intervals_and_lost_after_ten(double ageSeconds, string liveness)
    {
        var now = FleetSamples.Noon.AddSeconds(ageSeconds);
        Assert.Equal(liveness, LivenessWords.Of(FleetSamples.Digest(), now));
        Assert.Equal(LivenessWords.Stopped, LivenessWords.Of(FleetSamples.Digest() with { State = HostStates.StoppedEarly }, now));
        Assert.Equal(LivenessWords.Unknown, LivenessWords.Of(null, now));
        Assert.Equal(LivenessWords.Unknown, LivenessWords.Of(FleetSamples.Digest() with { IntervalSeconds = 0 }, now));
    }

    [Fact]
    public void A_host_whose_clock_is_far_ahead_is_unknown_as_it_would_look_alive_long_after_its_end() =>
        Assert.Equal(LivenessWords.Unknown, LivenessWords.Of(FleetSamples.Digest(), FleetSamples.Noon.AddSeconds(-300.1)));

    [Fact]
    public void Nothing_is_healthy_that_nobody_vouches_for()
    {
        foreach (var status in StatusWords.All.Append("a word of tomorrow"))
        {
            foreach (var liveness in LivenessWords.All.Append("a word of tomorrow"))
            {
                var isHeardOf = liveness is LivenessWords.Live or LivenessWords.Late;
                Assert.Equal(isHeardOf && status == StatusWords.Active, HealthWords.Of(status, null, liveness) == HealthWords.Healthy);
                Assert.Equal(HealthWords.Unhealthy, HealthWords.Of(status, ProblemWords.Late, liveness));
                Assert.Contains(HealthWords.Of(status, null, liveness), HealthWords.All);
            }
        }
    }
}

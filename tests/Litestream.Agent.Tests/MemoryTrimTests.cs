namespace Litestream.Agent.Tests;

public sealed class MemoryTrimTests
{
    private readonly MemoryTrim _memory = new();

    [Fact]
    public void Memory_is_given_back_once_when_a_burst_has_passed()
    {
        Assert.False(_memory.IsDue(50_000_000)); // the burst
        Assert.False(_memory.IsDue(90_000_000)); // goes on
        Assert.True(_memory.IsDue(90_100_000)); // is over
        Assert.False(_memory.IsDue(90_200_000));
        Assert.False(_memory.IsDue(90_300_000));
    }

    [Fact]
    public void The_start_is_a_burst_however_little_it_allocated()
    {
        Assert.False(_memory.IsDue(3_000_000));
        Assert.True(_memory.IsDue(3_100_000));
        for (var i = 1; i < 100; i++)
            Assert.False(_memory.IsDue(3_100_000 + (i * 10_000L)));
    }

    [Fact]
    public void Steady_work_is_left_alone()
    {
        for (var i = 1; i < 100; i++)
            Assert.False(_memory.IsDue(i * 5_000_000L));
    }
}

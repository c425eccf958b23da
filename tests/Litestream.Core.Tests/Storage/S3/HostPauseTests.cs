using Litestream.Core.Tests.Replication;
using Litestream.Storage.S3;

namespace Litestream.Core.Tests.Storage.S3;

public sealed class HostPauseTests
{
    private readonly ManualTime _time = new();
    private readonly HostPause _pause;

    public HostPauseTests() => _pause = new(_time, new Random(1));

    [Fact]
    public void Nobody_waits_before_the_first_refusal() => Assert.True(_pause.WaitAsync(default).AsTask().IsCompletedSuccessfully);

    [Fact]
    public async Task All_wait_until_the_pause_is_over()
    {
        var pause = _pause.Refused()!.Value;
        var waiting = _pause.WaitAsync(default).AsTask();
        _time.Advance(pause / 2);
        Assert.False(waiting.IsCompleted);
        _time.Advance(pause);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Late_echoes_of_one_refusal_do_not_lengthen_it()
    {
        Assert.NotNull(_pause.Refused());
        for (var i = 0; i < 64; i++)
            Assert.Null(_pause.Refused());
    }

    [Fact]
    public void Pauses_double_to_some_seconds_and_shrink_again_as_the_store_answers()
    {
        var pauses = Enumerable.Range(0, 10).Select(_ => Next()).ToList();
        Assert.InRange(pauses[0].TotalMilliseconds, 125, 375);
        Assert.InRange(pauses[9].TotalSeconds, 2, 6);
        Assert.All(pauses.Zip(pauses.Skip(1)), p => Assert.True(p.Second > p.First / 3, $"{p.First}, {p.Second}"));
        for (var i = 0; i < 20; i++)
            _pause.Answered();
        Assert.InRange(Next().TotalMilliseconds, 125, 375);
    }

    private TimeSpan Next()
    {
        var pause = _pause.Refused()!.Value;
        _time.Advance(pause + TimeSpan.FromMilliseconds(1));
        return pause;
    }
}

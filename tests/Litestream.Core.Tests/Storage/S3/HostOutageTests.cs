using Litestream.Core.Tests.Replication;
using Litestream.Storage;
using Litestream.Storage.S3;

namespace Litestream.Core.Tests.Storage.S3;

public sealed class HostOutageTests
{
    private static readonly StorageException Error = new("list s3://fleet/: refused", StorageFault.Transient, hint: "look");

    private readonly ManualTime _time = new();
    private readonly HostOutage _outage;

    public HostOutageTests() => _outage = new(_time, new Random(1));

    [Fact]
    public async Task Some_failures_are_no_outage()
    {
        Fail(HostOutage.FailuresInARow - 1);
        for (var i = 0; i < 100; i++)
            Assert.False(await EnterAsync());
        _outage.Answered();
        Fail(HostOutage.FailuresInARow - 1);
        Assert.False(await EnterAsync());
    }

    [Fact]
    public async Task While_it_is_young_all_wait_and_one_goes_to_look()
    {
        Fail(HostOutage.FailuresInARow);
        var waiting = Enumerable.Range(0, 10).Select(_ => EnterAsync()).ToList();
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        await AdvanceUntilAsync(() => waiting.Any(w => w.IsCompleted));
        Assert.True(await waiting.Single(w => w.IsCompleted));
        // It comes back with an answer: all may go.
        _outage.Answered();
        _outage.Looked();
        await AdvanceUntilAsync(() => waiting.TrueForAll(w => w.IsCompleted));
        Assert.Equal(9, waiting.Count(w => !w.Result));
        Assert.False(_outage.IsLasting);
    }

    [Fact]
    public async Task One_that_lasts_is_asked_a_few_times_a_minute_however_many_want_to()
    {
        Fail(HostOutage.FailuresInARow);
        _time.Advance(HostOutage.Patience + TimeSpan.FromSeconds(1));
        Assert.True(_outage.IsLasting);
        var (looks, refusals) = (0, 0);
        for (var i = 0; i < 60 * 20; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            try
            {
                Assert.True(await EnterAsync());
                looks++;
                _outage.Failed(Error);
                _outage.Looked();
            }
            catch (StorageException e)
            {
                refusals++;
                Assert.Equal((StorageFault.Transient, "look"), (e.Fault, e.Hint));
                Assert.Contains("the last: list s3://fleet/: refused", e.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(looks, 6, 14);
        Assert.Equal(60 * 20, looks + refusals);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            _outage.Failed(Error);
    }

    private Task<bool> EnterAsync() => _outage.EnterAsync("publish x", default).AsTask();

    private async Task AdvanceUntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 1000 && !isSo(); i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1);
        }
        Assert.True(isSo());
    }
}

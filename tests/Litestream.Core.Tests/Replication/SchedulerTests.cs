using System.Collections.Concurrent;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>Lanes and the one who runs them: serial for each database, no wish forgotten, nothing of its own for a lane that waits.</summary>
public sealed class SchedulerTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<ScheduledWork> _works = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var work in _works)
            await work.DisposeAsync();
    }

    [Fact]
    public async Task A_lane_never_runs_twice_at_the_same_time_and_forgets_no_wish()
    {
        var (inside, most, runs, seen) = (0, 0, 0, 0L);
        var wished = 0L;
        var work = Work(capture: _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Increment(ref runs);
            Volatile.Write(ref seen, Interlocked.Read(ref wished));
            Interlocked.Decrement(ref inside);
            return Lane.Never;
        });
        var lane = work.NewDatabase("a").CaptureLane;
        Parallel.For(0, 20_000, _ =>
        {
            Interlocked.Increment(ref wished);
            lane.Wake();
        });
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref seen) == 20_000, "a run after the last wish");
        Assert.Equal(1, most);
        Assert.InRange(runs, 1, 20_000);
    }

    [Fact]
    public async Task A_wake_during_a_run_means_one_more_run()
    {
        var (runs, go, begun) = (0, new SemaphoreSlim(0), new SemaphoreSlim(0));
        var work = Work(capture: _ =>
        {
            Interlocked.Increment(ref runs);
            begun.Release();
            go.Wait();
            return Lane.Never;
        });
        var lane = work.NewDatabase("a").CaptureLane;
        lane.Wake();
        await begun.WaitAsync();
        for (var i = 0; i < 5; i++)
            lane.Wake();
        go.Release(10);
        await begun.WaitAsync();
        await ReplicatedFolder.WaitAsync(() => go.CurrentCount == 8, "both runs are over");
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task The_earlier_of_two_wishes_is_kept_and_the_later_forgotten()
    {
        var runs = new ConcurrentQueue<long>();
        var work = Work(capture: _ =>
        {
            runs.Enqueue(_time.GetTimestamp());
            return Lane.Never;
        });
        var lane = work.NewDatabase("a").CaptureLane;
        var now = _time.GetTimestamp();
        lane.WakeAt(now + TimeSpan.TicksPerSecond * 10);
        lane.WakeAt(now + TimeSpan.TicksPerSecond * 20);
        lane.WakeAt(now + TimeSpan.TicksPerSecond * 5);
        Assert.Empty(runs);
        _time.Advance(TimeSpan.FromSeconds(6));
        await ReplicatedFolder.WaitAsync(() => runs.Count == 1, "the run at 5 s");
        // The stale entries of 10 s and 20 s come up and are known to be stale; a probe behind them shows that they did.
        var probe = work.NewDatabase("b").CaptureLane;
        probe.WakeAt(now + TimeSpan.TicksPerSecond * 25);
        _time.Advance(TimeSpan.FromSeconds(30));
        await ReplicatedFolder.WaitAsync(() => runs.Count == 2, "the probe");
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    public async Task What_is_due_in_a_year_is_waited_for_in_pieces()
    {
        var runs = 0;
        var work = Work(capture: _ => { Interlocked.Increment(ref runs); return Lane.Never; });
        work.NewDatabase("a").CaptureLane.WakeAt(_time.GetTimestamp() + TimeSpan.FromDays(365).Ticks);
        for (var day = 0; day < 364; day++)
            _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, runs);
        for (var day = 0; day < 3; day++)
            _time.Advance(TimeSpan.FromDays(1));
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref runs) == 1, "the run");
    }

    [Fact]
    public async Task First_looks_never_hold_up_those_that_were_written()
    {
        using var gate = new ManualResetEventSlim();
        var urgent = 0;
        var work = Work(capture: database =>
        {
            if (database.Name.StartsWith("first", StringComparison.Ordinal))
                gate.Wait();
            else
                Interlocked.Increment(ref urgent);
            return Lane.Never;
        });
        for (var i = 0; i < 100; i++)
            work.NewDatabase($"first{i}").CaptureLane.Wake();
        for (var i = 0; i < 10; i++)
        {
            var written = work.NewDatabase($"written{i}").CaptureLane;
            written.IsBackground = false;
            written.Wake();
        }
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref urgent) == 10, "those that were written");
        gate.Set();
    }

    [Fact]
    public async Task No_more_uploads_run_at_once_than_allowed_and_all_of_them_run()
    {
        var (inside, most, runs) = (0, 0, 0);
        var @lock = new Lock();
        var work = Work(publish: async _ =>
        {
            lock (@lock)
                most = Math.Max(most, ++inside);
            await Task.Delay(1);
            lock (@lock)
                (inside, runs) = (inside - 1, runs + 1);
            return Lane.Never;
        });
        for (var i = 0; i < 500; i++)
            work.NewDatabase($"d{i}").Replicas[0].Lane.Wake();
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref runs) == 500, "all of them");
        Assert.InRange(most, 1, ScheduledWork.MaxUploads);
    }

    /// <summary>A lane's own handling of an error may fail too: that ends neither the process nor the lane.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_lane_throws_is_logged_and_the_lane_runs_again(bool isCapture)
    {
        var runs = 0;
        var work = Work(
            capture: _ => Interlocked.Increment(ref runs) == 1 ? throw new InvalidOperationException("thrown on purpose") : Lane.Never,
            publish: _ => Interlocked.Increment(ref runs) == 1 ? throw new InvalidOperationException("thrown on purpose") : Task.FromResult(Lane.Never));
        var database = work.NewDatabase("a");
        (isCapture ? database.CaptureLane : database.Replicas[0].Lane).Wake();
        await ReplicatedFolder.WaitAsync(() => _log.Any(l => l.Contains("thrown on purpose", StringComparison.Ordinal)), "the log");
        await ReplicatedFolder.WaitAsync(() => { _time.Advance(TimeSpan.FromSeconds(31)); return Volatile.Read(ref runs) == 2; }, "the second run");
    }

    [Fact]
    public async Task Disposing_waits_for_what_runs_and_drops_what_waits()
    {
        var (begun, go, ended, runs) = (new SemaphoreSlim(0), new SemaphoreSlim(0), 0, 0);
        var work = Work(
            capture: _ =>
            {
                Interlocked.Increment(ref runs);
                begun.Release();
                go.Wait();
                Interlocked.Increment(ref ended);
                return Lane.Never;
            },
            publish: async _ =>
            {
                begun.Release();
                await go.WaitAsync();
                Interlocked.Increment(ref ended);
                return Lane.Never;
            });
        work.NewDatabase("a").CaptureLane.Wake();
        work.NewDatabase("b").Replicas[0].Lane.Wake();
        await begun.WaitAsync();
        await begun.WaitAsync();
        var late = work.NewDatabase("late").CaptureLane;
        late.WakeAt(_time.GetTimestamp() + TimeSpan.TicksPerSecond);
        var disposing = Task.Run(async () => await work.DisposeAsync());
        Assert.False(disposing.IsCompleted);
        go.Release(2);
        await disposing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, ended);
        _time.Advance(TimeSpan.FromSeconds(2));
        late.Wake();
        Assert.Equal(1, runs);
    }

    private ScheduledWork Work(Func<ReplicatedDatabase, long>? capture = null, Func<DatabaseReplica, Task<long>>? publish = null)
    {
        var work = new ScheduledWork(_time, _log, capture ?? (_ => Lane.Never), publish ?? (_ => Task.FromResult(Lane.Never)));
        _works.Add(work);
        return work;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>What the one who runs the lanes takes of its process, and what it does without: the threads of others are counted, and kept busy.</summary>
[Collection(AloneCollection.Name)]
public sealed class SchedulerInItsProcessTests
{
    private readonly ConcurrentQueue<string> _log = new();

    /// <summary>Upstream #1469: a timer, a thread or a task for each database.</summary>
    [Fact]
    public async Task Ten_thousand_waiting_lanes_are_one_timer_and_no_thread()
    {
        var (time, runs) = (new ManualTime(), 0);
        await using var work = new ScheduledWork(time, _log, _ => { Interlocked.Increment(ref runs); return Lane.Never; }, _ => Task.FromResult(Lane.Never));
        var threads = Threads();
        for (var i = 0; i < 10_000; i++)
            work.NewDatabase($"d{i}").CaptureLane.WakeAt(time.GetTimestamp() + TimeSpan.TicksPerSecond * (1 + i % 60));
        Assert.Equal(1, time.TimersMade);
        Assert.True(Threads() < threads + 50);
        time.Advance(TimeSpan.FromMinutes(2));
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref runs) == 10_000, "all of them");
    }

    /// <summary>Measured before: rounds meant to come every 50 ms came 140 ms apart, as the pool's timers wait behind the pool's work.</summary>
    [Fact]
    public async Task What_is_due_is_run_in_a_process_whose_thread_pool_is_busy()
    {
        using var ran = new ManualResetEventSlim();
        // Not disposed: some of the pool's threads come to it late.
        var free = new ManualResetEventSlim();
        await using var work = new ScheduledWork(TimeProvider.System, _log, _ => { ran.Set(); return Lane.Never; }, _ => Task.FromResult(Lane.Never));
        ThreadPool.GetMinThreads(out var fewest, out _);
        ThreadPool.GetMaxThreads(out var most, out var ports);
        // Or the pool would help itself with another thread, half a second later.
        Assert.True(ThreadPool.SetMaxThreads(Math.Max(ThreadPool.ThreadCount, fewest), ports));
        for (var i = 0; i < 300; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => free.Wait(), null);
        work.NewDatabase("a").CaptureLane.WakeAt(TimeProvider.System.GetTimestamp() + TimeProvider.System.TimestampFrequency / 5);
        var isInTime = ran.Wait(TimeSpan.FromSeconds(10));
        free.Set();
        ThreadPool.SetMaxThreads(most, ports);
        Assert.True(isInTime, "the run waited for a thread of the pool");
    }

    /// <summary>A folder's uploads, which wait for the disk on the pool's threads, held up everything else of the process for as long as there were any.</summary>
    [Fact]
    public async Task Uploads_by_the_hundred_leave_the_thread_pool_to_others_now_and_then()
    {
        ThreadPool.GetMinThreads(out var fewest, out _);
        ThreadPool.GetMaxThreads(out var most, out var ports);
        var (threads, done) = (Math.Max(ThreadPool.ThreadCount, fewest), 0);
        Assert.True(ThreadPool.SetMaxThreads(threads, ports));
        try
        {
            await using var queue = new WorkQueue<int>(threads, _ =>
            {
                Thread.SpinWait(100_000);
                Interlocked.Increment(ref done);
                return Task.CompletedTask;
            });
            for (var i = 0; i < 100 * threads; i++)
                queue.Add(i);
            Assert.InRange(await Task.Run(() => Volatile.Read(ref done)), 0, 50 * threads);
        }
        finally
        {
            ThreadPool.SetMaxThreads(most, ports);
        }
    }

    private static int Threads()
    {
        using var self = Process.GetCurrentProcess();
        return self.Threads.Count;
    }
}

using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class WorkQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Runs_everything_that_many_threads_add_and_never_more_than_so_many_at_once()
    {
        const int each = 2000, most = 3;
        var (running, highest, done) = (0, 0, new CountdownEvent(4 * each));
        await using var queue = new WorkQueue<int>(most, async _ =>
        {
            InterlockedMax(ref highest, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            done.Signal();
        });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
                queue.Add(i);
        })));

        Assert.True(done.Wait(Patience), $"{done.CurrentCount} were never run");
        Assert.InRange(highest, 2, most);
    }

    [Fact]
    public async Task One_at_a_time_they_run_in_the_order_they_came()
    {
        var (seen, done) = (new List<int>(), new CountdownEvent(100));
        await using var queue = new WorkQueue<int>(1, item =>
        {
            seen.Add(item);
            done.Signal();
            return Task.CompletedTask;
        });

        for (var i = 0; i < 100; i++)
            queue.Add(i);

        Assert.True(done.Wait(Patience));
        Assert.Equal(Enumerable.Range(0, 100), seen);
    }

    [Fact]
    public async Task An_end_waits_for_what_runs_and_drops_what_waits()
    {
        var (began, mayEnd, runs) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        var queue = new WorkQueue<int>(1, async _ =>
        {
            Interlocked.Increment(ref runs);
            began.TrySetResult();
            await mayEnd.Task;
        });
        queue.Add(1);
        queue.Add(2);
        await began.Task.WaitAsync(Patience);

        var end = queue.DisposeAsync().AsTask();
        Assert.False(end.IsCompleted);
        queue.Add(3);
        mayEnd.SetResult();

        await end.WaitAsync(Patience);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task An_end_never_hangs_whatever_is_added_in_that_moment()
    {
        for (var round = 0; round < 500; round++)
        {
            var queue = new WorkQueue<int>(2, _ => Task.CompletedTask);
            var adding = Task.Run(() =>
            {
                for (var i = 0; i < 20; i++)
                    queue.Add(i);
            });
            await queue.DisposeAsync().AsTask().WaitAsync(Patience);
            await adding;
        }
    }

    private static void InterlockedMax(ref int highest, int value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen;)
            seen = Interlocked.CompareExchange(ref highest, value, seen) is var was && was == seen ? value : was;
    }
}

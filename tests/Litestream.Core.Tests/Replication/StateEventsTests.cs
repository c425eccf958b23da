using System.Collections.Concurrent;

namespace Litestream.Core.Tests.Replication;

/// <summary>Handlers are the embedder's own code: none of them keeps another from hearing, and none keeps a program from ending.</summary>
public sealed class StateEventsTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_handler_that_throws_keeps_none_behind_it_from_hearing()
    {
        var (said, heard) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var folder = new ReplicatedFolder { Logging = new KeptLog(said) };
        using var application = folder.NewTenant();
        var store = folder.Open();
        var database = folder.Register(Name);
        store.StateChanged += Fail;
        store.StateChanged += (_, change) => heard.Enqueue($"store {change.Status}");
        database.StateChanged += Fail;
        database.StateChanged += (_, change) => heard.Enqueue($"database {change.Status}");
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => heard.Contains("database Active"), "heard behind three that throw");
        Assert.Contains("store Active", heard);
        Assert.True(said.Count(line => line == "A handler of StateChanged failed") >= 2, string.Join('\n', said));

        static void Fail(object? sender, DatabaseStateChange change) => throw new InvalidOperationException("a mistake of the embedder's");
    }

    [Fact]
    public async Task Handlers_come_and_go_on_many_threads_and_none_is_forgotten()
    {
        const int Threads = 4, Each = 2000;
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var store = folder.Open();
        var database = store.Register(folder.PathOf(Name), Name);
        var calls = new int[Threads * Each];
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < Each; i++)
            {
                var mine = thread * Each + i;
                store.StateChanged += Gone;
                store.StateChanged += (_, _) => Interlocked.Increment(ref calls[mine]);
                store.StateChanged -= Gone;
            }
        }, TaskCreationOptions.LongRunning)));
        Array.Clear(calls);
        database.Pause();
        await ReplicatedFolder.WaitAsync(() => Array.TrueForAll(calls, count => Volatile.Read(ref count) > 0), "every one of them is called");

        static void Gone(object? sender, DatabaseStateChange change)
        {
        }
    }

    [Fact]
    public async Task A_handler_that_does_not_return_does_not_keep_the_store_open()
    {
        var said = new ConcurrentQueue<string>();
        await using var folder = new ReplicatedFolder { Logging = new KeptLog(said) };
        using var application = folder.NewTenant();
        using var end = new ManualResetEventSlim();
        var (calls, store) = (0, folder.Open());
        store.StateChanged += (_, _) =>
        {
            Interlocked.Increment(ref calls);
            end.Wait();
        };
        var database = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref calls) == 1, "it hears, and hangs");
        database.Pause();
        try
        {
            await folder.DropAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            end.Set();
        }
        Assert.Contains(said, line => line.StartsWith("A handler of StateChanged has not returned", StringComparison.Ordinal));
        // What came behind is not told by a store that is closed.
        Assert.Equal(1, Volatile.Read(ref calls));
    }
}

using System.Collections.Concurrent;

namespace Litestream.Core.Tests.Replication;

/// <summary>Registering and letting go, from many threads, at awkward moments, with books that fail.</summary>
public sealed class StoreTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Registered_from_many_threads_at_once_a_database_is_one_database()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        var found = new ConcurrentBag<Database>();
        Parallel.For(0, 200, i =>
        {
            found.Add(folder.Register(Name));
            store.Register(folder.PathOf($"d{i}"), $"d{i}");
        });
        Assert.Single(found.Distinct());
        Assert.Equal(201, store.Count);
    }

    [Fact]
    public async Task A_name_that_belongs_to_another_path_is_refused_and_names_it()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        folder.Register(Name);
        var refused = Assert.Throws<LitestreamException>(() => store.Register(folder.PathOf("other"), Name));
        Assert.Contains(folder.PathOf(Name), refused.Message, StringComparison.Ordinal);
        Assert.Throws<LitestreamException>(() => store.Register(folder.PathOf("other"), "../other"));
        Assert.Throws<LitestreamException>(() => store.Register(folder.PathOf("other"), ""));
    }

    [Fact]
    public async Task A_store_that_stops_registers_nothing_any_more()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        await folder.StopAsync();
        Assert.Throws<LitestreamException>(() => store.Register(folder.PathOf(Name), Name));
    }

    /// <summary>The file goes while its first event is being looked at, at every possible moment.</summary>
    [Fact]
    public async Task A_deletion_right_after_the_wake_leaves_nothing_behind_and_hangs_nowhere()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        var random = new Random(20261121);
        for (var i = 0; i < 30; i++)
        {
            folder.NewTenant().Dispose();
            var database = folder.Register(Name);
            database.Notice(FileEvent.Appeared);
            if (i % 3 != 0)
                await Task.Delay(random.Next(0, 40));
            File.Delete(folder.PathOf(Name));
            database.Notice(FileEvent.Appeared);
            await store.UnregisterAsync(database, default).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.True(Directory.GetFiles(folder.Data).Length == 0, $"round {i} left {string.Join(", ", Directory.GetFiles(folder.Data))}");
        }
        Assert.Equal((0, 0), (store.Count, store.KnownFiles));
        // Counted when the look that closed it ends, a moment after whoever waits for the leaving is told.
        await ReplicatedFolder.WaitAsync(() => store.HotCount == 0, "none is open");
        using var application = folder.NewTenant();
        await ReplicatedFolder.SyncAsync(folder.Register(Name));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task An_inode_is_forgotten_when_its_file_is_replaced_or_its_tenant_leaves()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        folder.NewTenant().Dispose();
        var database = folder.Register(Name);
        for (var i = 0; i < 4; i++)
        {
            await ReplicatedFolder.SyncAsync(database);
            Assert.Equal(1, store.KnownFiles);
            folder.NewTenant("next").Dispose();
            File.Move(folder.PathOf("next"), folder.PathOf(Name), overwrite: true);
            database.Notice(FileEvent.Appeared);
        }
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        await store.UnregisterAsync(database, default);
        Assert.Equal(0, store.KnownFiles);
    }

    /// <summary>Books that cannot be written: nothing is captured that they would not know, and all of it when they work again.</summary>
    [Fact]
    public async Task Books_that_throw_stop_one_look_and_lose_nothing()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        var before = database.Snapshot().Txid;
        var books = Path.Combine(folder.State, "books.db");
        ReplicatedFolder.Scalar(books, "ALTER TABLE database RENAME TO aside");
        application.Sql("INSERT INTO t (v) VALUES ('while the books fail')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Error, Detail: not null }, "named");
        Assert.Equal(before, database.Snapshot().Txid);
        for (var i = 0; i < 20; i++)
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(500)))");
        ReplicatedFolder.Scalar(books, "ALTER TABLE aside RENAME TO database");
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Active, "active again");
        await folder.SpoolIsEmptyAsync();
        await folder.AssertRestoresEqualAsync(Name);
    }
}

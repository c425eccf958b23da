using System.Collections.Concurrent;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>What an embedder calls: open, hear of changes, restore, verify.</summary>
public sealed class EmbeddingTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task An_opened_database_is_restored_if_missing_and_replicated_with_nobody_telling_of_its_writes()
    {
        await using var folder = new ReplicatedFolder();
        var database = await folder.Open().OpenAsync(folder.PathOf(Name), default);
        Assert.False(File.Exists(folder.PathOf(Name)));
        using (var application = folder.NewTenant())
        {
            await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Hot, LagSeconds: 0, ReplicatedTxid.IsNone: false }, "the first copy");
            for (var i = 0; i < 3; i++)
            {
                var before = database.Snapshot().ReplicatedTxid;
                application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
                await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid > before, "a commit that nobody told of");
            }
        }
        await folder.StopAsync();
        var content = ReplicatedFolder.DumpOf(folder.PathOf(Name));

        File.Delete(folder.PathOf(Name));
        await folder.Open().OpenAsync(folder.PathOf(Name), default);
        Assert.Equal(content, ReplicatedFolder.DumpOf(folder.PathOf(Name)));
    }

    [Fact]
    public async Task A_second_open_of_the_same_database_answers_the_first_even_while_that_restores()
    {
        await using var folder = new ReplicatedFolder();
        using (var application = folder.NewTenant())
        {
            for (var i = 0; i < 10; i++)
                application.Sql("INSERT INTO t (v) VALUES (randomblob(1000000))");
            await folder.Open().OpenAsync(folder.PathOf(Name), default);
        }
        await folder.StopAsync();
        var content = ReplicatedFolder.DumpOf(folder.PathOf(Name));
        File.Delete(folder.PathOf(Name));

        var store = folder.Open();
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.OpenAsync(folder.PathOf(Name), default))));
        Assert.Single(databases.Distinct());
        Assert.Equal(content, ReplicatedFolder.DumpOf(folder.PathOf(Name)));
        Assert.Same(databases[0], await store.OpenAsync(Path.GetRelativePath(Environment.CurrentDirectory, folder.PathOf(Name)), default));
        Assert.Single(store.Databases);
        await Assert.ThrowsAsync<LitestreamException>(() => store.OpenAsync(folder.PathOf("elsewhere"), default, Name));
    }

    [Fact]
    public async Task A_database_that_was_let_go_while_its_replica_was_away_leaves_when_it_is_back_and_can_be_opened_again()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var store = folder.Open();
        var database = await store.OpenAsync(folder.PathOf(Name), default);
        await database.SyncAsync(default);
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('not published')");
        using (var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.UnregisterAsync(database, impatience.Token));
        // Nothing of it is open any more, so its file may be replaced now; it is not forgotten before the replica has it.
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "closed");
        Assert.Same(database, store.Find(Name));
        var opening = store.OpenAsync(folder.PathOf(Name), default);
        blocked.Unblock();
        var again = await opening.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotSame(database, again);
        application.Sql("INSERT INTO t (v) VALUES ('and on')");
        await again.SyncAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_cold_database_is_noticed_when_it_is_written_again()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        using var application = folder.NewTenant();
        var database = await folder.Open().OpenAsync(folder.PathOf(Name), default);
        for (var i = 0; i < 3; i++)
        {
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Reason == DatabaseReason.Cold, "cold");
            var before = database.Snapshot().ReplicatedTxid;
            application.Sql("INSERT INTO t (v) VALUES ('again')");
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid > before, "written while cold");
        }
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_missing_file_is_not_begun_anew_while_nobody_can_say_whether_there_is_a_backup()
    {
        await using var folder = new ReplicatedFolder { RootAt = ReplicaRoot.Parse("s3://bucket/x?endpoint=http://127.0.0.1:1&region=us-east-1", new() { AccessKeyId = "a", SecretAccessKey = "b" }) };
        var store = folder.Open();
        await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(folder.PathOf(Name), default));
        Assert.Empty(store.Databases);
    }

    [Fact]
    public async Task Changes_of_state_are_told_in_order_outside_of_locks_and_a_handler_that_throws_harms_nothing()
    {
        var said = new ConcurrentQueue<string>();
        await using var folder = new ReplicatedFolder { Logging = new KeptLog(said) };
        using var application = folder.NewTenant();
        var store = folder.Open();
        var (ofStore, ofDatabase) = (new ConcurrentQueue<DatabaseStateChange>(), new ConcurrentQueue<DatabaseStateChange>());
        store.StateChanged += (_, change) =>
        {
            // Under the database's lock another thread could not answer.
            Assert.True(Task.Run(() => change.Database.Snapshot()).Wait(TimeSpan.FromSeconds(20)));
            ofStore.Enqueue(change);
        };
        var database = folder.Register(Name);
        database.StateChanged += (_, change) => ofDatabase.Enqueue(change);
        database.StateChanged += (_, _) => throw new InvalidOperationException("a mistake of the embedder's");
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('refused')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => ofDatabase.Any(c => c.Status == DatabaseStatus.Error), "trouble is told");
        blocked.Unblock();
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => ofDatabase.LastOrDefault() is { Status: DatabaseStatus.Active, Before: DatabaseStatus.Error }, "its end is told");
        Assert.All(ofDatabase.Zip(ofDatabase.Skip(1)), pair => Assert.Equal(pair.First.Status, pair.Second.Before));
        Assert.Equal(ofStore.TakeLast(ofDatabase.Count), ofDatabase);
        Assert.Contains("A handler of StateChanged failed", said);
    }

    [Fact]
    public async Task A_database_restores_a_copy_of_itself_and_verifies_its_replica()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var then = database.Snapshot().ReplicatedTxid;
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var copy = folder.PathOf("copy");
        var result = await database.RestoreAsync(new() { OutputPath = copy, Txid = then, IntegrityCheck = IntegrityCheck.Full }, default);
        Assert.Equal(then, result.Txid);
        Assert.Equal("2", ReplicatedFolder.Scalar(copy, "SELECT count(*) FROM t"));
        Assert.True((await database.VerifyAsync(default)).IsWhole);

        var newest = (await folder.ListAsync(Name, 0))[^1];
        await using (var file = File.OpenWrite(Path.Combine(folder.LevelOf(Name, "0"), newest.Name)))
        {
            file.Position = newest.SizeBytes / 2;
            file.WriteByte(0xa5);
            file.WriteByte(0x5a);
        }
        Assert.False((await database.VerifyAsync(default)).IsWhole);
    }
}

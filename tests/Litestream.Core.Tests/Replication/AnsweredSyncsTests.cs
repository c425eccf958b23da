using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>Whoever waits for a sync hears either that everything is in a replica, or that it is not; and hears it.</summary>
public sealed class AnsweredSyncsTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>What stands in the place of an open database was not captured when the old file's last commits were.</summary>
    [Fact]
    public async Task A_stop_that_finds_another_file_in_place_captures_that_before_it_says_everything_is_there()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        using (var other = folder.NewTenant("other"))
            other.Sql("INSERT INTO t (v) VALUES ('in the other file')");
        var store = folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        Assert.True(database.Snapshot().IsHot);
        // Nobody tells of it before the stop does.
        File.Move(folder.PathOf("other"), folder.PathOf(Name), overwrite: true);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await store.StopAsync(limit.Token));
        Assert.Equal("1", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT count(*) FROM t WHERE v = 'in the other file'"));
    }

    [Fact]
    public async Task A_database_at_rest_since_before_the_start_is_synced_as_soon_as_a_replica_was_looked_at()
    {
        await using var folder = new ReplicatedFolder();
        using (var application = folder.NewTenant())
        {
            folder.Open();
            await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 2);
        }
        await ReplicatedFolder.WaitAsync(() => folder.Store!.Find(Name)!.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");
        await folder.StopAsync();
        folder.Open();
        var database = folder.Register(Name);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.Equal(database.Snapshot().Txid, await database.SyncAsync(limit.Token));
        Assert.False(database.Snapshot().IsHot);
    }

    /// <summary>The other writer's transactions have higher numbers than ours; taken over, the replica counts as having ours only with its image.</summary>
    [Fact]
    public async Task No_sync_counts_on_a_replica_whose_image_is_still_on_its_way()
    {
        await using var server = await S3Server.StartAsync("first");
        using var first = ReplicaRoot.Parse(server.Url("first"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        await using var second = new ReplicatedFolder();
        await using var folder = new ReplicatedFolder { RootAt = first, OtherRoots = [ReplicaRoot.Parse("file://" + second.Backups)] };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is var s && s.Replicas.All(r => r.Txid == s.Txid), "both have it");
        await WriteElsewhereAsync(first, application);
        var blocked = new BlockedFolder(second.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('nowhere yet')");
        var sync = database.SyncAsync(default);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas is [{ Status: DatabaseStatus.SplitBrain }, { Status: DatabaseStatus.Error }], "neither takes it");

        var refused = 0;
        server.Fault = request => request.Method == "PUT" && request.Key.Contains("/0001/", StringComparison.Ordinal) && Interlocked.Increment(ref refused) > 0 ? S3ServerFault.InternalError : S3ServerFault.None;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var taken = database.TakeOverAsync(limit.Token);
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref refused) >= 2, "the image is refused");
        Assert.False(sync.IsCompleted);
        server.Fault = _ => S3ServerFault.None;
        await sync.WaitAsync(limit.Token);
        Assert.Equal("1", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT count(*) FROM t WHERE v = 'nowhere yet'"));
        blocked.Unblock();
        Assert.True(await taken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_waits_when_the_store_ends_hears_it(bool isStopped)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var store = folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('waits')");
        var sync = database.SyncAsync(default);
        await ReplicatedFolder.WaitAsync(() => database.State.Replicas[0].Failures > 0, "refused");
        var upkeep = database.UpkeepAsync(snapshot: true, retention: true, default);
        if (isStopped)
        {
            using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            Assert.False(await store.StopAsync(over.Token));
        }
        else
            await store.DisposeAsync();
        var patience = TimeSpan.FromSeconds(30);
        await Assert.ThrowsAnyAsync<LitestreamException>(() => sync.WaitAsync(patience));
        await Assert.ThrowsAnyAsync<LitestreamException>(() => upkeep.WaitAsync(patience));
        await Assert.ThrowsAnyAsync<LitestreamException>(() => database.SyncAsync(default).WaitAsync(patience));
        await Assert.ThrowsAnyAsync<LitestreamException>(() => database.UpkeepAsync(snapshot: true, retention: true, default).WaitAsync(patience));
        blocked.Unblock();
    }

    /// <summary>A cold database, of which nothing had to be done at the stop.</summary>
    [Fact]
    public async Task After_a_stop_no_database_says_that_it_is_synced()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var store = folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, ReplicatedTxid.IsNone: false } s && s.Txid == s.ReplicatedTxid, "cold");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await store.StopAsync(limit.Token));
        using (var application = new Application(folder.PathOf(Name)))
            application.Sql("INSERT INTO t (v) VALUES ('too late')");
        await Assert.ThrowsAnyAsync<LitestreamException>(() => database.SyncAsync(limit.Token));
    }

    [Fact]
    public async Task What_only_a_person_can_mend_is_told_to_those_who_wait()
    {
        await using var folder = new ReplicatedFolder();
        folder.CreateInRollbackMode("rollback");
        File.WriteAllText(folder.PathOf("garbage"), new string('x', 8192));
        folder.Options = folder.Options with { KeepJournalMode = true };
        folder.Open();
        foreach (var (name, part) in new[] { ("rollback", "journal_mode=WAL"), ("garbage", "remove it"), ("missing", "does not exist") })
        {
            var error = await Assert.ThrowsAnyAsync<LitestreamException>(() => folder.Register(name).SyncAsync(default).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains(part, error.Hint, StringComparison.Ordinal);
        }
    }

    /// <summary>An application opens the store, creates its database and asks for a sync: the look that found no file has nothing to say to it.</summary>
    [Fact]
    public async Task A_sync_of_a_database_that_was_just_created_does_not_hear_of_the_look_before()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant("model").Dispose();
        folder.Open();
        for (var i = 0; i < 100; i++)
        {
            var database = folder.Register($"new-{i}");
            File.Copy(folder.PathOf("model"), folder.PathOf($"new-{i}"));
            await ReplicatedFolder.SyncAsync(database);
        }
    }

    /// <summary>Another host went on with the same database an hour later by its clock, and is gone again.</summary>
    private static async Task WriteElsewhereAsync(ReplicaRoot root, Application application)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        await using var elsewhere = new ReplicatedFolder { RootAt = root, Time = time };
        application.Sql($"VACUUM INTO '{elsewhere.PathOf(Name)}'");
        elsewhere.Open();
        using var theirs = new Application(elsewhere.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, elsewhere.Register(Name), 5);
    }
}

namespace Litestream.Core.Tests.Replication;

/// <summary>What a person asks of one database: stop, take over, capture now.</summary>
public sealed class InterventionTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Taking_over_ends_split_brain_fences_the_other_writer_and_keeps_what_it_left()
    {
        await using var first = new ReplicatedFolder();
        using var ours = first.NewTenant();
        first.Open();
        var database = first.Register(Name);
        await ReplicatedFolder.WriteAsync(ours, database, 2);
        await using var second = await ElsewhereAsync(first);
        var other = second.Store!.Find(Name)!;
        using var theirs = new Application(second.PathOf(Name));
        theirs.Sql("INSERT INTO t (v) VALUES ('only there')");
        await ReplicatedFolder.SyncAsync(other);
        var left = other.Snapshot().ReplicatedTxid;

        Assert.False(await database.TakeOverAsync(default));
        ours.Sql("INSERT INTO t (v) VALUES ('only here')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await database.TakeOverAsync(limit.Token));

        await first.AssertRestoresEqualAsync(Name);
        Assert.Equal("1", ReplicatedFolder.Scalar(await first.RestoreAsync(Name, left), "SELECT count(*) FROM t WHERE v = 'only there'"));
        Assert.Contains(database.State.Book.Labels, l => l.Txid >= left);
        theirs.Sql("INSERT INTO t (v) VALUES ('too late')");
        other.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => other.Snapshot().Status == DatabaseStatus.SplitBrain, "the other one is fenced");
        await first.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Everybody_who_asks_for_upkeep_is_answered_also_when_the_database_leaves()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => database.UpkeepAsync(snapshot: i % 2 == 0, retention: i % 3 == 0, limit.Token))));
        Assert.Contains(await folder.ListAsync(Name, 9), f => f.IsImage);

        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('waits')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Error, "the replica is away");
        var asked = database.UpkeepAsync(snapshot: true, retention: true, limit.Token);
        var leaving = folder.Store!.UnregisterAsync(database, limit.Token);
        blocked.Unblock();
        await leaving;
        try
        {
            await asked;
        }
        catch (LitestreamException)
        {
            // Told that it will not be; or it was served just before. Whoever waits in vain is cancelled, which fails.
        }
    }

    [Fact]
    public async Task A_stop_ends_with_everything_in_the_replica_and_nothing_open_and_lasts_over_a_restart()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('the last one')");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await database.StopAsync(limit.Token);
        Assert.False(database.Snapshot().IsHot);
        await folder.AssertRestoresEqualAsync(Name);

        await folder.StopAsync();
        folder.Open();
        var again = folder.Register(Name);
        application.Sql("INSERT INTO t (v) VALUES ('while stopped')");
        await Assert.ThrowsAnyAsync<LitestreamException>(() => again.SyncAsync(limit.Token));
        again.Resume();
        await ReplicatedFolder.SyncAsync(again);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task What_the_replica_does_not_take_is_captured_all_the_same_and_a_stop_says_that_it_waits()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        _ = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('waits')");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var captured = await database.CaptureAsync(limit.Token);
        Assert.True(captured > database.Snapshot().ReplicatedTxid);
        using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.StopAsync(brief.Token));
        Assert.False(database.Snapshot().IsHot);
        Assert.True(database.Snapshot().IsPaused);
    }

    [Fact]
    public async Task A_snapshot_that_is_asked_for_holds_the_newest_state_and_retention_deletes_what_it_makes_needless()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { L0Retention = TimeSpan.FromMilliseconds(1), SnapshotRetention = TimeSpan.FromMilliseconds(1) } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        var newest = database.Snapshot().ReplicatedTxid;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await database.UpkeepAsync(snapshot: true, retention: true, limit.Token);
        var image = Assert.Single(await folder.ListAsync(Name, 9));
        Assert.Equal(newest, image.MaxTxid);
        Assert.DoesNotContain(await folder.ListAsync(Name, 1), f => f.IsImage);
        await folder.AssertRestoresEqualAsync(Name);

        await database.UpkeepAsync(snapshot: true, retention: false, limit.Token);
        Assert.Single(await folder.ListAsync(Name, 9));
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await folder.StopAsync();
        folder.Open();
        await folder.Register(Name).UpkeepAsync(snapshot: true, retention: false, limit.Token);
        Assert.Contains(await folder.ListAsync(Name, 9), f => f.MaxTxid > image.MaxTxid);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Another host with the same database took the chain over, an hour later by its clock.</summary>
    private static async Task<ReplicatedFolder> ElsewhereAsync(ReplicatedFolder first)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var second = new ReplicatedFolder { BackupsAt = first.Backups, Time = time };
        using (var application = new Application(first.PathOf(Name)))
            application.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        second.Open();
        await ReplicatedFolder.SyncAsync(second.Register(Name));
        return second;
    }
}

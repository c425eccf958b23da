using Litestream.Ltx;

namespace Litestream.Core.Tests.Replication;

/// <summary>Whatever happens to the WAL, the replica equals the database; and nothing is copied whole without need.</summary>
public sealed class ContinuityTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_stopped_agent_continues_its_chain_and_never_begins_a_second_one()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        for (var run = 0; run < 4; run++)
        {
            folder.Open();
            var database = folder.Register(Name);
            application.Sql($"INSERT INTO t (v) VALUES ('run {run}')");
            await ReplicatedFolder.SyncAsync(database);
            application.Sql($"INSERT INTO t (v) VALUES ('after the last sync of run {run}')");
            await folder.StopAsync();
        }
        await folder.BeginAsync(Name);
        await AssertUnbrokenAsync(folder);
    }

    [Fact]
    public async Task An_agent_that_died_without_a_last_sync_loses_nothing_that_is_in_the_wal()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        for (var run = 0; run < 4; run++)
        {
            var database = await folder.BeginAsync(Name);
            application.Sql($"INSERT INTO t (v) VALUES ('run {run}')");
            await folder.DropAsync();
            application.Sql($"INSERT INTO t (v) VALUES ('while it was dead {run}')");
        }
        await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_generation_that_ended_while_nobody_watched_is_found_by_page_difference()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql("INSERT INTO t (v) SELECT hex(randomblob(500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) SELECT i FROM n)");
        await folder.BeginAsync(Name);
        await folder.DropAsync();
        // More frames of the same generation, a complete checkpoint, a new shorter generation: the hole of Litestream's verify.
        for (var i = 0; i < 20; i++)
            application.Sql($"INSERT INTO t (v) VALUES ('never seen {i}')");
        application.Sql("PRAGMA wal_checkpoint(RESTART)");
        application.Sql("INSERT INTO t (v) VALUES ('new generation')");
        await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
        var resync = (await folder.ListAsync(Name, 0))[^1];
        Assert.True(resync.SizeBytes < 60_000, $"only what differs is published, not {resync.SizeBytes} bytes");
    }

    [Fact]
    public async Task A_truncate_checkpoint_of_the_application_in_a_loop_costs_no_resync()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("PRAGMA busy_timeout=5000");
        for (var i = 0; i < 5; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
            var stop = new CancellationTokenSource();
            var events = NoticeUntilAsync(database, stop.Token);
            application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
            await stop.CancelAsync();
            await events;
        }
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
    }

    [Fact]
    public async Task The_wal_of_a_busy_application_stays_bounded()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        var stop = new CancellationTokenSource();
        var events = NoticeUntilAsync(database, stop.Token);
        for (var i = 0; i < 6000; i++)
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(1500)))");
        await stop.CancelAsync();
        await events;
        await ReplicatedFolder.SyncAsync(database);
        var wal = new FileInfo(folder.PathOf(Name) + "-wal").Length;
        // Without checkpoints of ours it would be as long as all that was written; how short it stays is the machine's affair.
        var counters = database.Snapshot().Counters;
        Assert.True(wal < counters.WalBytes * 0.9, $"the WAL grew to {wal} bytes of {counters.WalBytes} written");
        Assert.True(counters.Checkpoints > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(8192)]
    [InlineData(65536)]
    public async Task Every_page_size_is_replicated(int pageSize)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant(pragma: $"PRAGMA page_size={pageSize}");
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 5; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(3000)))");
            await ReplicatedFolder.SyncAsync(database);
        }
        Assert.Equal(pageSize, database.Snapshot().PageSize);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData("PRAGMA auto_vacuum=NONE")]
    [InlineData("PRAGMA auto_vacuum=FULL")]
    [InlineData("PRAGMA auto_vacuum=INCREMENTAL")]
    public async Task Shrinking_and_growing_again_is_followed(string autoVacuum)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant(pragma: autoVacuum);
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 4; i++)
        {
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(2000)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT i FROM n)");
            await ReplicatedFolder.SyncAsync(database);
            application.Sql("DELETE FROM t WHERE id % 3 <> 0");
            application.Sql("PRAGMA incremental_vacuum");
            await ReplicatedFolder.SyncAsync(database);
            application.Sql("VACUUM");
            await ReplicatedFolder.SyncAsync(database);
            await folder.AssertRestoresEqualAsync(Name);
        }
    }

    [Fact]
    public async Task A_vacuum_that_changes_the_page_size_is_followed()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        await folder.StopAsync();
        // Possible only outside WAL mode.
        application.Sql("PRAGMA journal_mode=DELETE");
        application.Sql("PRAGMA page_size=1024");
        application.Sql("VACUUM");
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("INSERT INTO t (v) VALUES ('smaller pages')");
        database = await folder.BeginAsync(Name);
        Assert.Equal(1024, database.Snapshot().PageSize);
        await folder.AssertRestoresEqualAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('and on')");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        application.Dispose();
    }

    [Fact]
    public async Task Lost_books_are_rebuilt_from_the_replica()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        await folder.BeginAsync(Name);
        await folder.StopAsync();
        Directory.Delete(folder.State, recursive: true);
        // Another instance must not go on while this file is young; it is an hour old.
        foreach (var file in Directory.EnumerateFiles(folder.Backups, "*.ltx", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        application.Sql("INSERT INTO t (v) VALUES ('while the state was lost')");
        await folder.BeginAsync(Name);
        await AssertUnbrokenAsync(folder);
    }

    [Fact]
    public async Task A_replica_written_a_moment_ago_by_another_agent_is_not_touched()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        await folder.BeginAsync(Name);
        await folder.StopAsync();
        Directory.Delete(folder.State, recursive: true);
        var before = Directory.GetFiles(folder.Backups, "*", SearchOption.AllDirectories);
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Reason == DatabaseReason.RecentForeignWriter, "the other writer is noticed");
        Assert.Equal(DatabaseStatus.Waiting, database.Snapshot().Status);
        Assert.Equal(before.Order(), Directory.GetFiles(folder.Backups, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task A_replica_that_lost_its_files_gets_a_new_image()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('more')");
        await folder.StopAsync();
        Directory.Delete(folder.Backups, recursive: true);
        await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Two_agents_on_one_replica_end_in_split_brain_for_exactly_one()
    {
        await using var first = new ReplicatedFolder();
        using var application = first.NewTenant();
        first.Open();
        var ours = first.Register(Name);
        await ReplicatedFolder.SyncAsync(ours);
        // Another agent's state directory on the same replica publishes the next transaction behind our back.
        var foreign = (await first.ListAsync(Name, 1))[0];
        var path = Path.Combine(first.Backups, "databases", Name, "ltx", "0");
        Directory.CreateDirectory(path);
        File.Copy(Path.Combine(first.Backups, "databases", Name, "ltx", "1", foreign.Name), Path.Combine(path, LtxFile.NameOf(new(2), new(2))));
        application.Sql("INSERT INTO t (v) VALUES ('collides')");
        ours.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => ours.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        application.Sql("INSERT INTO t (v) VALUES ('not published')");
        ours.Notice(FileEvent.Wal);
        Assert.Single(await first.ListAsync(Name, 0));
        await Assert.ThrowsAnyAsync<LitestreamException>(() => ours.SyncAsync(default));
    }

    /// <summary>One image, and every transaction behind it; the newest restores to what the database has.</summary>
    private static async Task AssertUnbrokenAsync(ReplicatedFolder folder)
    {
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
        var files = await folder.ListAsync(Name, 0);
        for (var i = 1; i < files.Count; i++)
            Assert.Equal(files[i - 1].MaxTxid.Next, files[i].MinTxid);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>What a directory watcher does while an application works.</summary>
    private static async Task NoticeUntilAsync(Database database, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            database.Notice(FileEvent.Wal | FileEvent.Database);
            await Task.Delay(5, CancellationToken.None);
        }
    }
}

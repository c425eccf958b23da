namespace Litestream.Core.Tests.Replication;

public sealed class CoolingTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_that_nobody_uses_is_closed_and_leaves_no_wal_behind()
    {
        await using var folder = new ReplicatedFolder();
        using (var application = folder.NewTenant())
            application.Sql("INSERT INTO t (v) VALUES ('a')");
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, ReplicatedTxid.Value: 1 }, "cold");
        Assert.Equal([folder.PathOf(Name)], Directory.GetFiles(folder.Data));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task An_application_that_opens_writes_and_closes_per_request_loses_nothing()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 6; i++)
        {
            using (var application = new Application(folder.PathOf(Name)))
                application.Sql($"INSERT INTO t (v) VALUES ('request {i}')");
            database.Notice(FileEvent.Wal | FileEvent.Database);
            if (i % 2 == 0)
                await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, LagSeconds: 0 }, "cold again");
        }
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_cold_database_with_a_connected_application_is_recognised_when_it_changes()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 4; i++)
        {
            await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold although the application is connected");
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
            // The event is lost; the sweep finds it.
            database.Notice(FileEvent.Sweep);
            var expected = (ulong)(i + 2);
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid.Value == expected, $"transaction {expected}");
        }
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_transaction_that_was_open_while_the_agent_wanted_to_leave_is_captured_when_it_commits()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        using var application = new Application(folder.PathOf(Name));
        // The first frames of a generation lie in the WAL, under salts that the wal-index does not show yet.
        application.Sql("PRAGMA cache_size=5");
        application.Sql("BEGIN");
        application.Sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO t (v) SELECT hex(randomblob(2000)) FROM n");
        Assert.True(new FileInfo(folder.PathOf(Name) + "-wal").Length > 100_000);
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { ReplicatedTxid.Value: 1 }, "the first copy");
        var rounds = 0;
        var seconds = 0.0;
        await ReplicatedFolder.WaitAsync(() =>
        {
            var now = database.Snapshot();
            (rounds, seconds) = now.Counters.SyncSeconds > seconds ? (rounds + 1, now.Counters.SyncSeconds) : (rounds, seconds);
            return !now.IsHot || rounds > 5;
        }, "several rounds, or cold");
        application.Sql("COMMIT");
        database.Notice(FileEvent.Sweep);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { ReplicatedTxid.Value: 2 }, "the transaction is replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_database_whose_application_restarted_the_WAL_cools_all_the_same()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        application.Sql("INSERT INTO t (v) VALUES ('before')");
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("PRAGMA wal_checkpoint(RESTART)");
        database.Notice(FileEvent.Database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");
        var before = database.Snapshot().ReplicatedTxid;
        application.Sql("INSERT INTO t (v) VALUES ('after')");
        database.Notice(FileEvent.Sweep);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid == before.Next, "replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task An_idle_database_is_neither_opened_nor_asked_for_by_the_sweep()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, ReplicatedTxid.Value: 1 }, "cold");
        await folder.StopAsync();
        var store = folder.Open();
        database = folder.Register(Name);
        for (var i = 0; i < 20; i++)
            database.Notice(FileEvent.Sweep);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold }, "cold");
        Assert.Equal(0, store.HotCount);
        Assert.Equal(0, store.Replicas[0].Requests.Values.Sum());
        Assert.Equal([folder.PathOf(Name)], Directory.GetFiles(folder.Data));
    }

    [Fact]
    public async Task A_tenant_deleted_alone_and_created_anew_never_sees_the_old_ones_pages()
    {
        await using var folder = new ReplicatedFolder();
        folder.Open();
        using (var application = folder.NewTenant())
        {
            application.Sql("CREATE TABLE secret (x)");
            var database = folder.Register(Name);
            await ReplicatedFolder.SyncAsync(database);
            application.Sql("INSERT INTO secret VALUES ('old tenant data')");
            await ReplicatedFolder.SyncAsync(database);
        }
        var old = folder.Store!.Find(Name)!;
        File.Delete(folder.PathOf(Name));
        old.Notice(FileEvent.Appeared);
        await folder.Store.UnregisterAsync(old, default);
        Assert.Empty(Directory.GetFiles(folder.Data));
        using var second = folder.NewTenant();
        var recreated = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(recreated);
        Assert.Equal(["t"], second.Sql("SELECT name FROM sqlite_schema ORDER BY 1"));
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_file_replaced_by_rename_is_resynced()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('last of the old file')");
        application.Dispose();
        var template = folder.PathOf("template");
        using (var creator = new Application(template))
        {
            creator.Sql("PRAGMA journal_mode=WAL");
            creator.Sql("CREATE TABLE other (x)");
            creator.Sql("INSERT INTO other VALUES ('from the template')");
        }
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold, so that no WAL lies there");
        File.Move(template, folder.PathOf(Name), overwrite: true);
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Removing_wal_and_shm_under_a_running_agent_corrupts_nothing()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('b')");
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("PRAGMA wal_checkpoint(PASSIVE)");
        application.Sql("INSERT INTO t (v) VALUES ('lost with the WAL')");
        await ReplicatedFolder.SyncAsync(database);
        application.Kill();
        File.Delete(folder.PathOf(Name) + "-wal");
        File.Delete(folder.PathOf(Name) + "-shm");
        using var restarted = new Application(folder.PathOf(Name));
        for (var i = 0; i < 50; i++)
            restarted.Sql("INSERT INTO t (v) VALUES (hex(randomblob(1000)))");
        restarted.Sql("PRAGMA wal_checkpoint(PASSIVE)");
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal(["ok"], restarted.Sql("PRAGMA integrity_check"));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_zero_byte_file_waits_and_starts_when_it_becomes_a_database()
    {
        await using var folder = new ReplicatedFolder();
        File.Create(folder.PathOf(Name)).Dispose();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Waiting, Reason: DatabaseReason.EmptyFile }, "waiting");
        Assert.Equal(0, database.Snapshot().LagSeconds);
        using var application = folder.NewTenant();
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_rollback_journal_database_that_is_written_all_the_time_is_switched_to_wal_too()
    {
        await using var folder = new ReplicatedFolder();
        using var application = new Application(folder.PathOf(Name));
        application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(
            () =>
            {
                application.Sql("INSERT INTO t (v) VALUES (randomblob(500))");
                return database.Snapshot().ReplicatedTxid.Value > 0;
            },
            "replicated, although never without a write for a second");
        Assert.Equal(["wal"], application.Sql("PRAGMA journal_mode"));
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_rollback_journal_database_is_switched_to_wal_once()
    {
        await using var folder = new ReplicatedFolder();
        folder.CreateInRollbackMode(Name);
        var database = await folder.BeginAsync(Name);
        Assert.Equal("wal", ReplicatedFolder.Scalar(folder.PathOf(Name), "PRAGMA journal_mode"));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Something_else_in_the_file_is_named_and_left_alone()
    {
        await using var folder = new ReplicatedFolder();
        File.WriteAllText(folder.PathOf(Name), new string('x', 5000));
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Error, Reason: DatabaseReason.NotADatabase }, "named");
        Assert.Equal([folder.PathOf(Name)], Directory.GetFiles(folder.Data));
        Assert.False(Directory.Exists(Path.Combine(folder.Backups, "databases")));
    }
}

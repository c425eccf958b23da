using System.Collections.Concurrent;

namespace Litestream.Core.Tests.Replication;

/// <summary>Applications that open a small database for each request, and close it again.</summary>
public sealed class ClosedCaptureTests : IAsyncDisposable
{
    private const string Name = ReplicatedFolder.Name;

    private readonly ConcurrentQueue<string> _log = [];
    private readonly ReplicatedFolder _folder;

    public ClosedCaptureTests() =>
        _folder = new() { Logging = new KeptLog(_log), Options = new() { StateDirectory = "", SyncInterval = TimeSpan.FromMilliseconds(200), QuietTime = TimeSpan.FromMinutes(5) } };

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task What_a_request_committed_is_read_from_the_file_that_it_closed()
    {
        var database = await BeginColdAsync();
        for (var i = 0; i < 3; i++)
        {
            Request($"INSERT INTO t (v) VALUES ('request {i}')");
            await ChangedAsync(database);
        }
        Assert.Equal(1, Openings);
        Assert.Equal([_folder.PathOf(Name)], Directory.GetFiles(_folder.Data));
        Assert.Equal(4ul, (await _folder.ListAsync(Name, 0)).Max(f => f.MaxTxid.Value));
        await _folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task It_grows_and_shrinks()
    {
        var database = await BeginColdAsync();
        foreach (var sql in new[] { "INSERT INTO t (v) SELECT hex(randomblob(3000)) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4)", "DELETE FROM t", "VACUUM" })
        {
            Request(sql);
            await ChangedAsync(database);
            await _folder.AssertRestoresEqualAsync(Name);
        }
        Assert.Equal(1, Openings);
    }

    [Fact]
    public async Task Who_keeps_it_open_is_followed_in_the_wal()
    {
        var database = await BeginColdAsync();
        using var application = new Application(_folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('kept open')");
        await ChangedAsync(database);
        Assert.Equal(2, Openings);
        Assert.True(database.Snapshot().IsHot);
        application.Close();
        await _folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Who_asks_for_a_sync_does_not_wait_for_the_file_to_settle()
    {
        _folder.Options = _folder.Options with { SyncInterval = TimeSpan.FromMinutes(10) };
        var database = await BeginColdAsync();
        Request("INSERT INTO t (v) VALUES ('captured from the file')");
        await ChangedAsync(database);
        Request("INSERT INTO t (v) VALUES ('within the same sync interval')");
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal(2, Openings);
        await _folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Requests_of_one_sync_interval_are_one_file()
    {
        _folder.Options = _folder.Options with { SyncInterval = TimeSpan.FromMinutes(10) };
        var database = await BeginColdAsync();
        Request("INSERT INTO t (v) VALUES ('first')");
        await ChangedAsync(database);
        var captured = database.Snapshot().Txid;
        for (var i = 0; i < 3; i++)
        {
            Request($"INSERT INTO t (v) VALUES ('then {i}')");
            database.Notice(FileEvent.Database);
            await ReplicatedFolder.WaitAsync(() => database.State.IsPutOff, "a look that put it off");
        }
        Assert.Equal(captured, database.Snapshot().Txid);
        await _folder.StopAsync();
        Assert.Equal(captured.Next, (await _folder.ListAsync(Name, 0)).Max(f => f.MaxTxid));
        await _folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task The_next_run_goes_on_from_it()
    {
        var database = await BeginColdAsync();
        Request("INSERT INTO t (v) VALUES ('before the restart')");
        await ChangedAsync(database);
        await _folder.StopAsync();
        Request("INSERT INTO t (v) VALUES ('while it was down')");
        _folder.Open();
        database = _folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { ReplicatedTxid.Value: 3 }, "the third transaction");
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold");
        var openings = Openings;
        Request("INSERT INTO t (v) VALUES ('after the restart')");
        await ChangedAsync(database);
        Assert.Equal(openings, Openings);
        await _folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>A copy over it was cut short, at the end of a page.</summary>
    [Fact]
    public async Task A_file_that_is_not_whole_is_not_captured()
    {
        var database = await BeginColdAsync();
        Request("INSERT INTO t (v) SELECT hex(randomblob(3000)) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4)");
        await ChangedAsync(database);
        var before = database.Snapshot().Txid;
        await using (var file = new FileStream(_folder.PathOf(Name), FileMode.Open, FileAccess.Write))
            file.SetLength(2 * 4096);
        database.Notice(FileEvent.Database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Error, "SQLite refuses it, and so do we");
        Assert.Equal((DatabaseReason.Corrupt, before), (database.Snapshot().Reason, database.Snapshot().Txid));
        var restored = await _folder.RestoreAsync(Name);
        Assert.Equal("ok", ReplicatedFolder.Scalar(restored, "PRAGMA integrity_check"));
    }

    /// <summary>Somebody removed the WAL of an application that keeps it open: what its next commits say is in a file that nobody sees.</summary>
    [Fact]
    public async Task A_file_that_somebody_has_open_is_not_taken_for_closed()
    {
        var database = await BeginColdAsync();
        using var application = new Application(_folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('checkpointed')");
        application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        File.Delete(_folder.PathOf(Name) + "-wal");
        File.Delete(_folder.PathOf(Name) + "-shm");
        await ChangedAsync(database);
        Assert.Equal(2, Openings);
        application.Kill();
    }

    /// <summary>Each request gives every row of many pages the same value: a file that was read while it was written would hold two of them.</summary>
    [Fact]
    public async Task Every_transaction_that_was_captured_is_one_that_was_committed()
    {
        var database = await BeginColdAsync();
        Request("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO t (v) SELECT printf('%0500d', 0) FROM n");
        await ChangedAsync(database);
        var begun = database.Snapshot().Txid;
        var random = new Random(7);
        using (var application = new Application(_folder.PathOf("other")))
        {
            for (var i = 1; i <= 60; i++)
            {
                application.Sql($"ATTACH '{_folder.PathOf(Name)}' AS tenant");
                application.Sql($"UPDATE tenant.t SET v = printf('%0500d', {i})");
                application.Sql("DETACH tenant");
                database.Notice(FileEvent.Wal | FileEvent.Database);
                await Task.Delay(random.Next(150));
            }
        }
        await ReplicatedFolder.SyncAsync(database);
        var captured = (await _folder.ListAsync(Name, 0)).Where(f => f.MinTxid > begun).ToList();
        Assert.InRange(captured.Count, 3, 60);
        foreach (var file in captured)
        {
            var restored = await _folder.RestoreAsync(Name, file.MaxTxid);
            Assert.Equal("1", ReplicatedFolder.Scalar(restored, "SELECT count(DISTINCT v) FROM t"));
            Assert.Equal("ok", ReplicatedFolder.Scalar(restored, "PRAGMA integrity_check"));
        }
        await _folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>How often SQLite opened it for us.</summary>
    private int Openings => _log.Count(l => l == $"{Name}: hot");

    /// <summary>Replicated, closed by everybody.</summary>
    private async Task<Database> BeginColdAsync()
    {
        _folder.NewTenant().Dispose();
        _folder.Open();
        var database = _folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, ReplicatedTxid.Value: 1 }, "cold");
        return database;
    }

    private void Request(string sql)
    {
        using var application = new Application(_folder.PathOf(Name));
        application.Sql(sql);
    }

    private static async Task ChangedAsync(Database database)
    {
        var wanted = database.Snapshot().Txid.Value + 1;
        database.Notice(FileEvent.Wal | FileEvent.Database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is var now && now.ReplicatedTxid.Value >= wanted && now.LagSeconds == 0, $"transaction {wanted} in the replica");
    }
}

namespace Litestream.Core.Tests.Replication;

public sealed class LiveCheckTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_in_use_is_compared_with_what_was_captured()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { LiveCheckInterval = TimeSpan.FromMilliseconds(1) };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        // What was written before the first look does not keep it open.
        await ReplicatedFolder.SyncAsync(database);
        for (var i = 0; i < 3; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(500)))");
            await ReplicatedFolder.SyncAsync(database);
            var synced = DateTimeOffset.UtcNow;
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().LastProofAt > synced, "checked again");
        }
        Assert.Equal(0, database.Snapshot().Counters.FailedChecks);
        Assert.Null(database.Snapshot().LastError);
    }

    [Fact]
    public async Task A_page_changed_past_SQLite_is_found_named_and_captured_anew()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { LiveCheckInterval = TimeSpan.FromMilliseconds(1) };
        using var application = folder.NewTenant();
        application.Sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO t (v) SELECT hex(randomblob(500)) FROM n");
        application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        folder.Open();
        var database = folder.Register(Name);
        // A write after the first look keeps it open; what was written before that does not.
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("UPDATE t SET v = 'second' WHERE id = 1");
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { LastProofAt: not null, IsHot: true }, "checked");
        var before = database.Snapshot().Txid;

        // In another process: a descriptor of this one would take the engine's locks along when it closes.
        FlipByte(folder.PathOf(Name), pgno: 20);

        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Counters.FailedChecks > 0, "found");
        var found = database.Snapshot();
        Assert.Equal(1, found.Counters.FailedChecks);
        Assert.Contains("1 pages", found.LastError);
        Assert.Contains("(20)", found.LastError);
        var healed = DateTimeOffset.UtcNow;
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { } now && now.ReplicatedTxid == before.Next && now.LastProofAt > healed, "captured anew and checked again");
        Assert.Equal(1, database.Snapshot().Counters.FailedChecks);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Every_resync_is_checked_before_the_database_is_closed()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        folder.Open();
        await ReplicatedFolder.WaitAsync(() => folder.Register(Name).Snapshot() is { Reason: DatabaseReason.Cold, LastProofAt: not null }, "cold and checked");
        var first = folder.Register(Name).Snapshot().LastProofAt;
        await folder.StopAsync();
        using (var application = new Application(folder.PathOf(Name)))
            application.Sql("INSERT INTO t (v) VALUES ('while the agent was away')");
        folder.Open();
        var database = folder.Register(Name);
        // While it is being opened it still says that it is cold.
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false, Txid.Value: 2, Counters.Resyncs: 1 } now && now.LastProofAt > first, "checked, and cold again");
        Assert.Equal(0, database.Snapshot().Counters.FailedChecks);
    }

    private static void FlipByte(string path, uint pgno)
    {
        var offset = (pgno - 1) * 4096L + 2000;
        var script = $"f=$(dd if='{path}' bs=1 skip={offset} count=1 2>/dev/null); [ \"$f\" = A ] && n=B || n=A; printf %s $n | dd of='{path}' bs=1 seek={offset} conv=notrunc 2>/dev/null";
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}

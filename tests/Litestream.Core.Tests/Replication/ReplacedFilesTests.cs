namespace Litestream.Core.Tests.Replication;

/// <summary>Files changed behind SQLite's back, by cp, rm and mv: the replica follows what the application sees, and we corrupt nothing.</summary>
public sealed class ReplacedFilesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData("copied over it", true)]
    [InlineData("copied over it", false)]
    [InlineData("renamed over it", true)]
    [InlineData("renamed over it", false)]
    public async Task An_older_copy_put_in_its_place_is_followed(string how, bool isRunning)
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var copy = folder.PathOf("copy");
        File.Copy(folder.PathOf(Name), copy);
        folder.Open();
        var database = folder.Register(Name);
        using (var application = new Application(folder.PathOf(Name)))
        {
            for (var i = 0; i < 3; i++)
            {
                application.Sql($"INSERT INTO t (v) VALUES ('newer {i}')");
                await ReplicatedFolder.SyncAsync(database);
            }
        }
        var newest = database.Snapshot().Txid;
        if (isRunning)
            await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold");
        else
            await folder.StopAsync();
        if (how == "copied over it")
            File.Copy(copy, folder.PathOf(Name), overwrite: true);
        else
            File.Move(copy, folder.PathOf(Name), overwrite: true);
        if (!isRunning)
            folder.Open();
        database = folder.Register(Name);
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal("1", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT count(*) FROM t"));
        await folder.AssertRestoresEqualAsync(Name);
        // What was there before stays restorable.
        Assert.Equal("4", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name, newest), "SELECT count(*) FROM t"));
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
    }

    /// <summary>FINDINGS 9b: two universes, until our checkpoint or our close would write the old WAL into the database.</summary>
    [Theory]
    [InlineData("-wal", "-shm")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    public async Task Removing_these_under_a_running_agent_corrupts_nothing(params string[] parts)
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3, bytes: 3000);
        // The table is in the database file; what comes after it may go with the WAL.
        await ReplicatedFolder.WaitAsync(() => application.Sql("PRAGMA wal_checkpoint(PASSIVE)")[0].Split('\t') is [_, var log, var done] && log == done, "checkpointed");
        application.Sql("INSERT INTO t (v) VALUES ('may be lost with the WAL')");
        await ReplicatedFolder.SyncAsync(database);
        // So that its close does not tidy up; a start script does.
        application.Kill();
        var hot = database.State.Hot;
        foreach (var part in parts)
            File.Delete(folder.PathOf(Name) + part);
        // Until the agent lets go of the -shm, a WAL removed alone is missed by every application: the -shm speaks of its frames.
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Wal); return database.State.Hot != hot; }, "let go");
        for (var i = 0; i < 3; i++)
        {
            using var restarted = new Application(folder.PathOf(Name));
            for (var row = 0; row < 400; row++)
                restarted.Sql("INSERT INTO t (v) VALUES (hex(randomblob(1500)))");
            await ReplicatedFolder.SyncAsync(database);
            Assert.Equal(["ok"], restarted.Sql("PRAGMA integrity_check"));
            await folder.AssertRestoresEqualAsync(Name);
        }
    }

    /// <summary>No file with one page size can follow another: five files are staged for it, and a crash leaves some of them.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("9")]
    public async Task A_crash_in_the_middle_of_a_change_of_page_size_is_recovered_from(string refusedLevel)
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(500)] } };
        var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3, bytes: 3000);
        application.Dispose();
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold");
        folder.NewTenant("next", "PRAGMA page_size=1024").Dispose();
        var level = new BlockedFolder(folder.LevelOf(Name, refusedLevel));
        File.Move(folder.PathOf("next"), folder.PathOf(Name), overwrite: true);
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Sweep); return database.Snapshot() is { PageSize: 1024, Status: DatabaseStatus.Error }; }, "staged, not published");
        await folder.DropAsync();
        level.Unblock();
        // The crash came before the last ones were staged.
        foreach (var file in Directory.GetFiles(Path.Combine(folder.State, "spool")).Where(f => !f.Contains(".0.", StringComparison.Ordinal)))
            File.Delete(file);
        folder.Open();
        database = folder.Register(Name);
        using var again = new Application(folder.PathOf(Name));
        for (var i = 0; i < 4; i++)
        {
            again.Sql($"INSERT INTO t (v) VALUES ('after {i}')");
            await ReplicatedFolder.SyncAsync(database);
            await folder.AssertRestoresEqualAsync(Name);
        }
        await ReplicatedFolder.WaitAsync(() =>
        {
            var files = folder.ListAsync(Name, 1).GetAwaiter().GetResult();
            return files.Max(f => f.MaxTxid) == database.Snapshot().ReplicatedTxid;
        }, "merged");
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Equal(DatabaseStatus.Active, database.Snapshot().Status);
    }
}

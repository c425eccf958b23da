using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Replication;

/// <summary>FINDINGS 9c, d, l: what cannot be replicated has a named state and a remedy, and is never half-replicated.</summary>
public sealed class UnsupportedFilesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_in_exclusive_locking_mode_waits_by_name_and_is_replicated_when_released()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql("PRAGMA locking_mode=EXCLUSIVE");
        application.Sql("INSERT INTO t (v) VALUES ('mine alone')");
        folder.Open();
        var database = folder.Register(Name);
        await ExpectAsync(folder, database, DatabaseStatus.Waiting, DatabaseReason.Locked, "locking_mode=EXCLUSIVE");
        application.Sql("PRAGMA locking_mode=NORMAL");
        application.Sql("INSERT INTO t (v) VALUES ('for all')");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task An_encrypted_database_is_no_database_to_us()
    {
        await using var folder = new ReplicatedFolder();
        var bytes = new byte[16_384];
        new Random(5).NextBytes(bytes);
        File.WriteAllBytes(folder.PathOf(Name), bytes);
        folder.Open();
        await ExpectAsync(folder, folder.Register(Name), DatabaseStatus.Error, DatabaseReason.NotADatabase, "decrypt");
        Assert.Equal(bytes, File.ReadAllBytes(folder.PathOf(Name)));
    }

    /// <summary>wal2 keeps two WALs; half of the commits would be missing.</summary>
    [Fact]
    public async Task A_database_in_wal2_mode_is_named()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        using (var file = File.OpenWrite(folder.PathOf(Name)))
        {
            file.Position = 18;
            file.Write([3, 3]);
        }
        folder.Open();
        await ExpectAsync(folder, folder.Register(Name), DatabaseStatus.Error, DatabaseReason.UnsupportedFormat, "wal2");
    }

    [Fact]
    public async Task A_rollback_database_that_is_to_be_left_so_is_listed_with_the_pragma_to_run()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { KeepJournalMode = true };
        folder.CreateInRollbackMode(Name);
        folder.Open();
        var database = folder.Register(Name);
        await ExpectAsync(folder, database, DatabaseStatus.Waiting, DatabaseReason.RollbackJournal, "PRAGMA journal_mode=WAL");
        Assert.Equal("delete", ReplicatedFolder.Scalar(folder.PathOf(Name), "PRAGMA journal_mode"));
    }

    /// <summary>An application that insists on its mode is not fought: switched once, then reported; and when it comes back by itself, replicated.</summary>
    [Fact]
    public async Task A_database_that_leaves_WAL_again_is_reported_and_not_switched_twice()
    {
        await using var folder = new ReplicatedFolder();
        folder.CreateInRollbackMode(Name);
        var database = await folder.BeginAsync(Name);
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold");
        using (var application = new Application(folder.PathOf(Name)))
        {
            Assert.Equal(["delete"], application.Sql("PRAGMA journal_mode=DELETE"));
            application.Sql("INSERT INTO t (v) VALUES ('in rollback mode')");
        }
        database.Notice(FileEvent.Database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Error, Reason: DatabaseReason.RollbackJournal }, "reported");
        Assert.Equal("delete", ReplicatedFolder.Scalar(folder.PathOf(Name), "PRAGMA journal_mode"));
        Assert.Contains("journal_mode=WAL", database.Snapshot().Detail, StringComparison.Ordinal);
        using var again = new Application(folder.PathOf(Name));
        Assert.Equal(["wal"], again.Sql("PRAGMA journal_mode=WAL"));
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.6)]
    public async Task A_malformed_database_says_so_or_is_replicated_as_it_is(double where)
    {
        await using var folder = new ReplicatedFolder();
        using (var application = folder.NewTenant())
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1000)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT i FROM n)");
        var bytes = File.ReadAllBytes(folder.PathOf(Name));
        new Random(6).NextBytes(bytes.AsSpan(Math.Max(100, (int)(where * bytes.Length)), 2000));
        File.WriteAllBytes(folder.PathOf(Name), bytes);
        folder.Open();
        var database = folder.Register(Name);
        // A backup copies pages; what they mean is SQLite's business. What it has is what the file has.
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal(bytes, File.ReadAllBytes(await folder.RestoreAsync(Name)));
    }

    [NeedsRoot]
    public async Task A_database_of_another_user_gets_its_WAL_and_shm_from_root_under_that_users_name()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        Assert.Equal(0, Owner.Change(folder.PathOf(Name), 65534, 65534));
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMinutes(5) };
        var store = folder.Open();
        var database = folder.Register(Name);
        using var seen = new Watcher(database);
        await ReplicatedFolder.SyncAsync(database);
        // Kept open by somebody, so that the files are there to be looked at.
        using var application = new Application(folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('theirs')");
        await ReplicatedFolder.SyncAsync(database);
        Assert.True(store.HotCount == 1 || database.Snapshot().ReplicatedTxid.Value >= 2);
        Assert.Equal(65534u, FileStat.Of(DatabaseFiles.WalOf(folder.PathOf(Name)))!.Value.Uid);
        Assert.Equal(65534u, FileStat.Of(DatabaseFiles.ShmOf(folder.PathOf(Name)))!.Value.Uid);
    }

    [NeedsMount]
    public async Task A_read_only_file_system_is_named_with_what_the_agent_needs()
    {
        using var small = new SmallFileSystem(8);
        await using var folder = new ReplicatedFolder { DataAt = small.Path };
        folder.NewTenant().Dispose();
        small.MakeReadOnly();
        folder.Open();
        await ExpectAsync(folder, folder.Register(Name), DatabaseStatus.Error, DatabaseReason.Permission, "write");
    }

    private static async Task ExpectAsync(ReplicatedFolder folder, Database database, DatabaseStatus status, DatabaseReason reason, string remedy)
    {
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Reason == reason, $"{reason}, it is {database.Snapshot()}");
        Assert.Equal(status, database.Snapshot().Status);
        Assert.Contains(remedy, database.Snapshot().Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Backups, "databases", Name)), "half a replica");
    }
}

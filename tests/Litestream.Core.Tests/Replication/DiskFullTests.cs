using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Replication;

/// <summary>Upstream #1322, #994: a full disk is named, loses nothing that is in the WAL, leaves no rubbish, and is recovered from by itself.</summary>
public sealed class DiskFullTests
{
    private const string Name = ReplicatedFolder.Name;

    [NeedsMount]
    public async Task In_the_state_directory()
    {
        using var small = new SmallFileSystem(4);
        await using var folder = new ReplicatedFolder { StateAt = small.Path };
        using var application = folder.NewTenant();
        var database = await ReplicateAsync(folder);
        await FillAsync(small, application, database, DatabaseReason.StateDiskFull, "state directory");
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.State, "spool"), "*.tmp"));
        await RecoverAsync(small, folder, database);
    }

    [NeedsMount]
    public async Task In_the_replica()
    {
        using var small = new SmallFileSystem(4);
        await using var folder = new ReplicatedFolder { BackupsAt = small.Path };
        using var application = folder.NewTenant();
        var database = await ReplicateAsync(folder);
        await FillAsync(small, application, database, DatabaseReason.ReplicaDiskFull, "free space");
        // Each try takes its own place only: no temporary file piles up.
        var files = Directory.GetFiles(small.Path, "*", SearchOption.AllDirectories).Length;
        var errors = database.Snapshot().Counters.PublishErrors;
        await ReplicatedFolder.WaitAsync(() => { database.State.Replicas[0].Lane.Wake(); return database.Snapshot().Counters.PublishErrors > errors + 3; }, "more tries");
        Assert.Equal(files, Directory.GetFiles(small.Path, "*", SearchOption.AllDirectories).Length);
        await RecoverAsync(small, folder, database);
    }

    [NeedsMount]
    public async Task In_the_state_directory_and_the_replica_on_one_disk()
    {
        using var small = new SmallFileSystem(4);
        var state = Directory.CreateDirectory(Path.Combine(small.Path, "state")).FullName;
        await using var folder = new ReplicatedFolder { StateAt = state, BackupsAt = Path.Combine(small.Path, "backups") };
        using var application = folder.NewTenant();
        var database = await ReplicateAsync(folder);
        await FillAsync(small, application, database, DatabaseReason.StateDiskFull, "state directory");
        await RecoverAsync(small, folder, database);
    }

    /// <summary>To make room is to write books, which is no more possible: what is told is the replica's trouble, and nothing is lost.</summary>
    [NeedsMount]
    public async Task In_the_replica_while_there_is_no_room_for_books_either()
    {
        var l0Retention = TimeSpan.FromSeconds(2);
        using var small = new SmallFileSystem(6);
        using var other = new SmallFileSystem(4);
        await using var folder = new ReplicatedFolder { StateAt = small.Path, BackupsAt = other.Path };
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(200)], L0Retention = l0Retention } };
        using var application = folder.NewTenant();
        var database = await ReplicateAsync(folder);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await ReplicatedFolder.WaitAsync(() => folder.ListAsync(Name, 1).GetAwaiter().GetResult().Max(f => f.MaxTxid) == database.Snapshot().Txid, "merged");
        // Captured, and not published: larger than what retention can free.
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES (randomblob(1000000))");
        await database.CaptureAsync(default);
        var due = TimeProvider.System.GetUtcNow() + l0Retention;
        await ReplicatedFolder.WaitAsync(() => TimeProvider.System.GetUtcNow() > due, "files are due to go");
        _ = ReplicatedFolder.Scalar(Path.Combine(folder.State, "books.db"), "PRAGMA wal_checkpoint(TRUNCATE)");
        small.Fill();
        other.Fill();
        blocked.Unblock();
        await ReplicatedFolder.WaitAsync(() =>
        {
            database.State.Replicas[0].Lane.Wake();
            return database.Snapshot() is { Status: DatabaseStatus.Error, Reason: DatabaseReason.ReplicaDiskFull };
        }, "named");
        small.Free();
        await RecoverAsync(other, folder, database);
    }

    [NeedsMount]
    public async Task In_the_watched_directory()
    {
        using var small = new SmallFileSystem(8);
        await using var folder = new ReplicatedFolder { DataAt = small.Path };
        using var application = folder.NewTenant();
        var database = await ReplicateAsync(folder);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().IsHot, "hot");
        small.Fill();
        // The application hears it first; what it could commit is in the replica.
        Assert.Throws<InvalidOperationException>(() =>
        {
            for (var i = 0; i < 5000; i++)
                application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(1500)))");
        });
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        small.Free();
        application.Sql("INSERT INTO t (v) VALUES ('there is room again')");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
    }

    /// <summary>Nobody has it open, and there is no room for the files that a connection needs.</summary>
    [NeedsMount]
    public async Task In_the_watched_directory_of_a_cold_tenant()
    {
        using var small = new SmallFileSystem(4);
        await using var folder = new ReplicatedFolder { DataAt = small.Path };
        folder.NewTenant().Dispose();
        small.Fill();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Error, "an error");
        Assert.True(database.Snapshot().Reason == DatabaseReason.DatabaseDiskFull, $"{database.Snapshot()}");
        Assert.Contains("free some space", database.Snapshot().Detail, StringComparison.Ordinal);
        small.Free();
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static async Task<Database> ReplicateAsync(ReplicatedFolder folder)
    {
        var database = await folder.BeginAsync(Name);
        return database;
    }

    private static async Task FillAsync(SmallFileSystem small, Application application, Database database, DatabaseReason reason, string text)
    {
        small.Fill();
        for (var i = 0; i < 200; i++)
            application.Sql("INSERT INTO t (v) VALUES (randomblob(3000))");
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Wal); return database.Snapshot() is { Status: DatabaseStatus.Error } s && s.Reason == reason; }, $"{reason}");
        Assert.Contains(text, database.Snapshot().Detail, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task RecoverAsync(SmallFileSystem small, ReplicatedFolder folder, Database database)
    {
        small.Free();
        // Not to wait for the backoff, which has grown to many seconds by now.
        database.State.Replicas[0].Lane.Wake();
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Active, "active again");
        await folder.AssertRestoresEqualAsync(Name);
        await folder.SpoolIsEmptyAsync();
        await folder.StopAsync();
        await ReplicateAsync(folder);
        await folder.AssertRestoresEqualAsync(Name);
    }
}

using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>A replica that takes longer for a file than a sync interval, or is away.</summary>
public sealed class SlowStoreTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>One file a sync interval would be a queue that grows without an end, and a lag that does.</summary>
    [Fact]
    public async Task What_would_wait_behind_a_file_that_waits_comes_with_the_next_one()
    {
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow };
        await using var folder = new ReplicatedFolder { Time = time };
        using var application = folder.NewTenant();
        var database = await BeginAsync(folder);
        var before = database.Snapshot().Txid.Value;
        var blocked = new BlockedFolder(folder.Backups);
        for (var i = 0; i < 30; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(100)))");
            database.Notice(FileEvent.Wal);
            await NextLookAsync(database, time);
            Assert.NotNull(database.State.Hot);
        }
        // Two at once, and one each ten seconds.
        Assert.InRange(database.Snapshot().Txid.Value - before, 4ul, 5ul);
        blocked.Unblock();
        // It is tried again by and by.
        time.Advance(TimeSpan.FromMinutes(2));
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Whoever replaces the file next expects no WAL beside it, whatever the store does.</summary>
    [Fact]
    public async Task A_database_whose_application_is_gone_is_closed_although_files_wait()
    {
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow };
        await using var folder = new ReplicatedFolder { Time = time };
        using var application = folder.NewTenant();
        var database = await BeginAsync(folder);
        var blocked = new BlockedFolder(folder.Backups);
        for (var i = 0; i < 3; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(100)))");
            database.Notice(FileEvent.Wal);
            await NextLookAsync(database, time);
        }
        Assert.True(database.State.Staged.AreQueued);
        application.Close();
        for (var i = 0; i < 5; i++)
            await NextLookAsync(database, time);
        Assert.False(File.Exists(folder.PathOf(Name) + "-wal"), "its WAL is there still");
        blocked.Unblock();
        time.Advance(TimeSpan.FromMinutes(2));
        await folder.StopAsync();
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static async Task<Database> BeginAsync(ReplicatedFolder folder)
    {
        folder.Options = folder.Options with { SyncInterval = TimeSpan.FromSeconds(1) };
        var database = await folder.BeginAsync(Name);
        await ReplicatedFolder.SyncAsync(database);
        return database;
    }

    /// <summary>A second later; a closed database needs none.</summary>
    private static async Task NextLookAsync(Database database, ManualTime time)
    {
        time.Advance(TimeSpan.FromSeconds(1.01));
        await ReplicatedFolder.WaitAsync(() => database.State.Hot is null || (database.State.LastLookAt == time.GetTimestamp() && database.State.Activity == CaptureActivity.None), "a look");
    }
}

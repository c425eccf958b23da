namespace Litestream.Core.Tests.Replication;

/// <summary>A sweep of a directory in which no file came or went asks less of who rests there, and misses nothing.</summary>
public sealed class GlanceTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_at_rest_is_looked_at_by_its_file_alone()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var database = await AtRestAsync(folder);
        // Against what the directory was said to show: only a complete look can find the WAL.
        using var application = new Application(folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('behind our back')");
        await LookAsync(database, FileEvent.Glance);
        await LookAsync(database, FileEvent.Glance); // begins when the one before is over
        Assert.Equal(DatabaseReason.Cold, database.Snapshot().Reason);
        Assert.Equal(1ul, database.Snapshot().Txid.Value);
        database.Notice(FileEvent.Sweep);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid.Value == 2, "the sweep finds it");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_commit_that_is_in_the_database_file_is_found()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var database = await AtRestAsync(folder);
        using (var application = new Application(folder.PathOf(Name)))
            application.Sql("INSERT INTO t (v) VALUES ('checkpointed by the close')");
        database.Notice(FileEvent.Glance);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid.Value == 2, "replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_commit_into_the_WAL_that_an_application_left_there_is_found()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        using var application = folder.NewTenant();
        var database = await AtRestAsync(folder);
        Assert.True(File.Exists(folder.PathOf(Name) + "-wal"));
        var before = database.Snapshot().ReplicatedTxid;
        application.Sql("INSERT INTO t (v) VALUES ('into the WAL that is there')");
        database.Notice(FileEvent.Glance);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid == before.Next, "replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task What_was_committed_while_it_was_paused_is_found()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var database = await AtRestAsync(folder);
        database.Pause();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Paused, "paused");
        using var application = new Application(folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('while it was paused')");
        await LookAsync(database, FileEvent.Wal);
        database.Notice(FileEvent.Glance);
        database.Resume();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid.Value == 2, "replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Cold, and found so by a complete look.</summary>
    private static async Task<Database> AtRestAsync(ReplicatedFolder folder)
    {
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false, ReplicatedTxid.Value: > 0, LagSeconds: 0 }, "cold");
        await LookAsync(database, FileEvent.Sweep);
        await LookAsync(database, FileEvent.Sweep);
        return database;
    }

    /// <summary>Completes when a look has begun since; the one before is over then.</summary>
    private static async Task LookAsync(Database database, FileEvent seen)
    {
        var before = database.State.LastLookAt;
        database.Notice(seen);
        await ReplicatedFolder.WaitAsync(() => database.State.LastLookAt > before, "it is looked at");
    }
}

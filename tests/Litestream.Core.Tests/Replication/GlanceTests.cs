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
        folder.NewTenant("other").Dispose();
        var database = await AtRestAsync(folder);
        var other = folder.Register("other");
        // Against what the directory was said to show: only a complete look can find the WAL.
        using var application = new Application(folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('behind our back')");
        var before = database.State.LastLookAt;
        database.Notice(FileEvent.Glance);
        await RestAsync(other); // its look was queued behind
        Assert.Equal((before, 1ul), (database.State.LastLookAt, database.Snapshot().Txid.Value));
        database.Notice(FileEvent.Sweep);
        await AssertFoundAsync(folder, database, 2);
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
        await AssertFoundAsync(folder, database, 2);
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
        await AssertFoundAsync(folder, database, before.Next.Value);
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
        var before = database.State.LastLookAt;
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.State.LastLookAt > before, "the event was looked at, and nothing came of it");
        Assert.Null(database.State.AtRest);
        database.Notice(FileEvent.Glance);
        database.Resume();
        await AssertFoundAsync(folder, database, 2);
    }

    private static async Task AssertFoundAsync(ReplicatedFolder folder, Database database, ulong txid)
    {
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid.Value == txid, $"transaction {txid} is replicated");
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static async Task<Database> AtRestAsync(ReplicatedFolder folder)
    {
        folder.Open();
        var database = folder.Register(Name);
        await RestAsync(database);
        return database;
    }

    /// <summary>Cold, and found so by a look of its own.</summary>
    private static async Task RestAsync(Database database)
    {
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false, ReplicatedTxid.Value: > 0, LagSeconds: 0 }, "cold");
        await database.CaptureAsync(default);
        await ReplicatedFolder.WaitAsync(() => database.State.AtRest is not null, "at rest");
    }
}

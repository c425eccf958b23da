namespace Litestream.Core.Tests.Replication;

/// <summary>An application that moves, replaces or deletes a database after its last close relies on that close having emptied the WAL.</summary>
public sealed class MovedFilesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_moved_away_right_after_its_last_close_keeps_every_commit()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        for (var i = 0; i < 10; i++)
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
        await ReplicatedFolder.SyncAsync(database);
        Assert.True(database.Snapshot().IsHot);
        application.Close();
        var moved = folder.PathOf("archive");
        File.Move(folder.PathOf(Name), moved);
        database.Notice(FileEvent.Appeared);
        await folder.Store!.UnregisterAsync(database, default);
        Assert.Equal([moved], Directory.GetFiles(folder.Data));
        Assert.Equal("11", ReplicatedFolder.Scalar(moved, "SELECT count(*) FROM t"));
        Assert.Equal("11", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_database_replaced_right_after_its_last_close_does_not_take_on_the_old_ones_pages()
    {
        await using var folder = new ReplicatedFolder();
        var template = folder.PathOf("template");
        using (var creator = new Application(template))
        {
            creator.Sql("PRAGMA journal_mode=WAL");
            creator.Sql("CREATE TABLE other (x)");
            creator.Sql("INSERT INTO other VALUES (hex(randomblob(20000)))");
        }
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(20000)))");
        await ReplicatedFolder.SyncAsync(database);
        Assert.True(database.Snapshot().IsHot);
        application.Close();
        File.Move(template, folder.PathOf(Name), overwrite: true);
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal("ok", ReplicatedFolder.Scalar(folder.PathOf(Name), "PRAGMA integrity_check"));
        Assert.Equal("other", ReplicatedFolder.Scalar(folder.PathOf(Name), "SELECT group_concat(name) FROM sqlite_schema"));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sync_does_not_vouch_for_a_database_that_was_deleted_before_its_last_commits_were_captured(bool leaves)
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Close();
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "it is cold");
        // A whole request of which no event was told.
        using (var request = new Application(folder.PathOf(Name)))
            request.Sql("INSERT INTO t (v) VALUES ('never seen')");
        Assert.False(database.Snapshot().IsHot);
        File.Delete(folder.PathOf(Name));
        var sync = database.SyncAsync(default);
        if (leaves)
            await folder.Store!.UnregisterAsync(database, default);
        await Assert.ThrowsAnyAsync<LitestreamException>(() => sync.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_second_name_of_a_database_is_refused()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        await folder.BeginAsync(Name);
        FileNames.Link(folder.PathOf(Name), folder.PathOf("second"));
        var second = folder.Register("second");
        await ReplicatedFolder.WaitAsync(() => second.Snapshot().Status == DatabaseStatus.Error, "refused");
        Assert.Contains("hard link", second.Snapshot().Detail, StringComparison.Ordinal);
    }
}

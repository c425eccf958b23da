using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class LabelTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_state_before_an_older_copy_was_put_in_place_stays_restorable(bool isHot)
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        application.Sql("INSERT INTO t (v) VALUES ('in the copy')");
        application.Close();
        var copy = folder.PathOf(Name) + ".copy";
        File.Copy(folder.PathOf(Name), copy);
        var database = await folder.BeginAsync(Name);
        application = new Application(folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('written since')");
        await ReplicatedFolder.SyncAsync(database);
        var newest = database.Snapshot().Txid;
        application.Close();
        if (!isHot)
            await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");

        File.Move(copy, folder.PathOf(Name), overwrite: true);
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.SyncAsync(database);

        await folder.AssertRestoresEqualAsync(Name);
        var label = Assert.Single(database.State.Book.Labels);
        Assert.Equal((newest, Resync.FileReplaced), (label.Txid, label.Reason));
        Assert.Contains($"-txid {newest}", database.Snapshot().LastError);
        Assert.Equal("3", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name, newest), "SELECT count(*) FROM t"));
        await folder.StopAsync();
        folder.Open();
        Assert.Equal((label.Txid, label.Reason), folder.Register(Name).State.Book.Labels.Select(l => (l.Txid, l.Reason)).Single());
    }

    /// <summary>Cold with a WAL left to its application: the same salts, nothing behind our position, and yet another past.</summary>
    [Fact]
    public async Task A_tail_that_was_lost_and_written_anew_while_cold_is_noticed()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        application.Sql("INSERT INTO t (v) VALUES ('synced to the disk')");
        await ReplicatedFolder.SyncAsync(database);
        var kept = new FileInfo(folder.PathOf(Name) + "-wal").Length;
        application.Sql("INSERT INTO t (v) VALUES ('never on the disk')");
        await ReplicatedFolder.SyncAsync(database);
        var newest = database.Snapshot().Txid;
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold although the application is connected");
        await folder.DropAsync();
        application.Kill();
        File.Delete(folder.PathOf(Name) + "-shm");
        using (var wal = File.OpenWrite(folder.PathOf(Name) + "-wal"))
            wal.SetLength(kept);
        using var after = new Application(folder.PathOf(Name));
        after.Sql("INSERT INTO t (v) VALUES ('after the power came back')");

        folder.Open();
        database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid > newest, "the other past is captured");
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Equal(newest, Assert.Single(database.State.Book.Labels).Txid);
    }

    [Fact]
    public async Task The_state_before_a_power_loss_that_took_the_tail_of_the_WAL_stays_restorable()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('synced to the disk')");
        var kept = new FileInfo(folder.PathOf(Name) + "-wal").Length;
        application.Sql("INSERT INTO t (v) VALUES ('acknowledged, never on the disk')");
        await ReplicatedFolder.SyncAsync(database);
        var newest = database.Snapshot().Txid;
        await folder.DropAsync();
        application.Kill();
        File.Delete(folder.PathOf(Name) + "-shm");
        using (var wal = File.OpenWrite(folder.PathOf(Name) + "-wal"))
            wal.SetLength(kept);

        folder.Open();
        database = folder.Register(Name);
        using var after = new Application(folder.PathOf(Name));
        after.Sql("INSERT INTO t (v) VALUES ('after the power came back')");
        await ReplicatedFolder.SyncAsync(database);

        await folder.AssertRestoresEqualAsync(Name);
        var label = Assert.Single(database.State.Book.Labels);
        Assert.Equal((newest, Resync.WalTailLost), (label.Txid, label.Reason));
        Assert.Equal("3", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name, newest), "SELECT count(*) FROM t"));
    }
}

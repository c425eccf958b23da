using System.Diagnostics;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>One database, two replicas: each with its own progress, none holding up the other, each restoring alone.</summary>
public sealed class SeveralReplicasTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Both_get_the_same_transactions_and_each_restores_alone()
    {
        await using var two = await TwoReplicas.BeginAsync(20);
        await two.AssertBothEqualAsync();
        Assert.Equal((await two.ListAsync(0, 0)).Select(f => f.Name), (await two.ListAsync(1, 0)).Select(f => f.Name));
        await two.AssertImagesAsync(1, 1);
    }

    [Fact]
    public async Task One_that_is_down_holds_nothing_up_and_catches_up_without_an_image()
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        foreach (var down in (int[])[0, 1])
        {
            var blocked = new BlockedFolder(two.Place(down));
            await two.WriteAsync(5);
            await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[down].Status == DatabaseStatus.Error, "its trouble shows");
            var snapshot = two.Database.Snapshot();
            Assert.Equal((DatabaseStatus.Active, snapshot.Txid), (snapshot.Status, snapshot.Replicas[1 - down].Txid));
            Assert.Contains(two.Place(down), snapshot.Detail, StringComparison.Ordinal);
            Assert.True(snapshot.Replicas[down].Txid < snapshot.Txid);
            blocked.Unblock();
            await two.AssertBothEqualAsync();
            Assert.Null(two.Database.Snapshot().Detail);
        }
        await two.AssertImagesAsync(1, 1);
        await two.Folder.SpoolIsEmptyAsync();
    }

    /// <summary>What waits for it survives the restart, although the other replica has it.</summary>
    [Fact]
    public async Task One_that_is_down_over_a_restart_catches_up_without_an_image()
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        var blocked = new BlockedFolder(two.Place(1));
        await two.WriteAsync(5);
        two.Application.Close();
        await two.Folder.StopAsync();
        two.Open();
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[1].Status == DatabaseStatus.Error, "still down");
        using var again = new Application(two.Folder.PathOf(Name));
        await ReplicatedFolder.WriteAsync(again, two.Database, 2);
        blocked.Unblock();
        await two.AssertBothEqualAsync();
        await two.AssertImagesAsync(1, 1);
    }

    /// <summary>The image that a change of page size is waits for it as every other file does; what stands before it in the chain, too.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task One_that_is_down_while_the_page_size_changes_catches_up_by_what_waits(int before)
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        var blocked = new BlockedFolder(two.Place(1));
        await two.WriteAsync(before);
        await two.Folder.StopAsync();
        foreach (var sql in (string[])["PRAGMA journal_mode=DELETE", "PRAGMA page_size=1024", "VACUUM", "PRAGMA journal_mode=WAL"])
            two.Application.Sql(sql);
        two.Open();
        await two.WriteAsync(2);
        await two.Folder.StopAsync();
        two.Open();
        // The other one says where the chain stands.
        await two.WriteAsync(1);
        blocked.Unblock();
        await two.WriteAsync(1);
        await two.AssertBothEqualAsync();
        Assert.Equal(1024, two.Database.Snapshot().PageSize);
        await two.AssertImagesAsync(1, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_one_gets_an_image_and_the_others_go_on(bool isIdle)
    {
        await using var two = new TwoReplicas();
        two.Open(both: false);
        await two.WriteAsync(5);
        if (isIdle)
            two.Application.Close();
        await two.Folder.StopAsync();
        two.Open(both: true);
        if (!isIdle)
            await two.WriteAsync(3);
        await two.AssertBothEqualAsync();
        await two.AssertImagesAsync(1, 1);
        Assert.DoesNotContain(await two.ListAsync(1, 0), f => f.MaxTxid.Value <= 5);
    }

    [Fact]
    public async Task One_that_is_emptied_gets_an_image_and_the_other_goes_on()
    {
        await using var two = await TwoReplicas.BeginAsync(5);
        Directory.Delete(Path.Combine(two.Place(0), "databases"), recursive: true);
        await two.WriteAsync(3);
        await two.CaughtUpAsync();
        await two.WriteAsync(3);
        await two.AssertBothEqualAsync();
        await two.AssertImagesAsync(1, 1);
    }

    /// <summary>The state directory may hold so much for one that is late, and no more: then it gets an image.</summary>
    [Fact]
    public async Task One_that_is_late_for_too_long_does_not_fill_the_state_directory()
    {
        await using var two = await TwoReplicas.BeginAsync(3, options: o => o with { SpoolCapBytes = 30_000 });
        var blocked = new BlockedFolder(two.Place(1));
        Stopwatch? since = null;
        for (var i = 0; i < 40; i++)
        {
            two.Application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(2000)))");
            await ReplicatedFolder.SyncAsync(two.Database);
            Assert.True(two.Database.Snapshot().SpoolBytes < 60_000, $"{two.Database.Snapshot().SpoolBytes} bytes wait");
            since ??= Stopwatch.StartNew();
        }
        // It is as late as it was before its files were given up.
        var late = since!.Elapsed.TotalSeconds;
        Assert.True(two.Database.Snapshot().Replicas[1].LagSeconds >= late, $"{two.Database.Snapshot().Replicas[1].LagSeconds} s, after {late} s");
        Assert.Equal(DatabaseStatus.Active, two.Database.Snapshot().Status);
        blocked.Unblock();
        await two.WriteAsync(1);
        await two.AssertBothEqualAsync();
        await two.AssertImagesAsync(1, 1);
        // The image continues level 1: who reads along goes on.
        var level1 = (await two.ListAsync(1, 1)).OrderBy(f => f.MinTxid).ToList();
        Assert.All(level1.Zip(level1.Skip(1)), pair => Assert.Equal(pair.First.MaxTxid.Next, pair.Second.MinTxid));
    }

    [Fact]
    public async Task A_lost_state_directory_takes_both_over_without_an_image()
    {
        var time = new ShiftedTime();
        await using var two = await TwoReplicas.BeginAsync(5, time);
        await two.Folder.StopAsync();
        Directory.Delete(two.Folder.State, recursive: true);
        time.Skip(TimeSpan.FromMinutes(5));
        two.Open();
        await two.WriteAsync(3);
        await two.AssertBothEqualAsync();
        await two.AssertImagesAsync(1, 1);
    }

    /// <summary>A state directory of last week: what it lacks is in both replicas; one is believed, and nothing of the other is overwritten.</summary>
    [Fact]
    public async Task A_stale_state_directory_goes_on_behind_everything_that_was_published()
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        await two.Folder.StopAsync();
        var (state, old) = (two.Folder.State, two.Folder.State + "-old");
        Copy(state, old);
        two.Open();
        await two.WriteAsync(6);
        await two.CaughtUpAsync();
        var newest = two.Database.Snapshot().Txid;
        await two.Folder.StopAsync();
        Directory.Delete(state, recursive: true);
        Directory.Move(old, state);
        two.Open();
        await two.WriteAsync(3);
        await two.AssertBothEqualAsync();
        Assert.True(two.Database.Snapshot().Txid > newest);
    }

    [Fact]
    public async Task Another_writer_s_chain_in_one_is_not_touched_and_the_other_goes_on()
    {
        var time = new ShiftedTime();
        await using var two = new TwoReplicas(time);
        await using (var foreign = new ReplicatedFolder { BackupsAt = two.Place(1) })
        {
            using var theirs = foreign.NewTenant();
            foreign.Open();
            await ReplicatedFolder.WriteAsync(theirs, foreign.Register(Name), 4);
            await foreign.StopAsync();
        }
        time.Skip(TimeSpan.FromMinutes(5));
        var before = Everything(two.Place(1));
        two.Open(both: false);
        await two.WriteAsync(3);
        await two.Folder.StopAsync();
        two.Open(both: true);
        await two.WriteAsync(3);
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[1].Status == DatabaseStatus.SplitBrain, "named");
        await two.WriteAsync(3);
        Assert.Equal(before, Everything(two.Place(1)));
        await two.Folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task The_same_place_twice_is_refused()
    {
        await using var two = new TwoReplicas();
        two.Folder.OtherRoots = [ReplicaRoot.Parse("file://" + two.Place(0))];
        Assert.Contains("named twice", Assert.Throws<LitestreamException>(two.Folder.Open).Message, StringComparison.Ordinal);
    }

    private static List<string> Everything(string place) => [.. Directory.GetFiles(place, "*", SearchOption.AllDirectories).Order()];

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Append(from))
            Directory.CreateDirectory(directory.Replace(from, to));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to));
    }
}

using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>One database, two replicas: each with its own progress, none holding up the other, each restoring alone.</summary>
public sealed class SeveralReplicasTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Both_get_the_same_transactions_and_each_restores_alone()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 20);
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Equal((await ListAsync(folder, 0, 0)).Select(f => f.Name), (await ListAsync(folder, 1, 0)).Select(f => f.Name));
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
    }

    [Fact]
    public async Task One_that_is_down_holds_nothing_up_and_catches_up_without_an_image()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        string[] places = [Place(folder, 0), Place(folder, 1)];
        foreach (var down in (int[])[0, 1])
        {
            Break(places[down]);
            await ReplicatedFolder.WriteAsync(application, database, 5);
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[down].Status == DatabaseStatus.Error, "its trouble shows");
            var snapshot = database.Snapshot();
            Assert.Equal((DatabaseStatus.Active, snapshot.Txid), (snapshot.Status, snapshot.Replicas[1 - down].Txid));
            Assert.Contains(places[down], snapshot.Detail, StringComparison.Ordinal);
            Assert.True(snapshot.Replicas[down].Txid < snapshot.Txid);
            Mend(places[down]);
            await CaughtUpAsync(database);
            Assert.Null(database.Snapshot().Detail);
            await AssertBothEqualAsync(folder);
        }
        Assert.Single(await ListAsync(folder, 0, 1), f => f.IsImage);
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.State, "spool")));
    }

    /// <summary>What waits for it survives the restart, although the other replica has it.</summary>
    [Fact]
    public async Task One_that_is_down_over_a_restart_catches_up_without_an_image()
    {
        await using var folder = NewFolder();
        using (var application = folder.NewTenant())
        {
            folder.Open();
            await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
            await CaughtUpAsync(folder.Store!.Find(Name)!);
            Break(Place(folder, 1));
            await ReplicatedFolder.WriteAsync(application, folder.Store!.Find(Name)!, 5);
        }
        await folder.StopAsync();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Status == DatabaseStatus.Error, "still down");
        using var again = new Application(folder.PathOf(Name));
        await ReplicatedFolder.WriteAsync(again, database, 2);
        Mend(Place(folder, 1));
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_one_gets_an_image_and_the_others_go_on(bool isIdle)
    {
        await using var folder = NewFolder();
        var both = folder.OtherRoots;
        folder.OtherRoots = [];
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 5);
        if (isIdle)
            application.Close();
        await folder.StopAsync();
        folder.OtherRoots = both;
        folder.Open();
        var database = folder.Register(Name);
        if (!isIdle)
            await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Single(await ListAsync(folder, 0, 1), f => f.IsImage);
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
        Assert.DoesNotContain(await ListAsync(folder, 1, 0), f => f.MaxTxid.Value <= 5);
    }

    [Fact]
    public async Task One_that_is_emptied_gets_an_image_and_the_other_goes_on()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 5);
        await CaughtUpAsync(database);
        Directory.Delete(Path.Combine(Place(folder, 0), "databases"), recursive: true);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
    }

    /// <summary>The state directory may hold so much for one that is late, and no more: then it gets an image.</summary>
    [Fact]
    public async Task One_that_is_late_for_too_long_does_not_fill_the_state_directory()
    {
        await using var folder = NewFolder();
        folder.Options = folder.Options with { SpoolCapBytes = 30_000 };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        Break(Place(folder, 1));
        for (var i = 0; i < 40; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(2000)))");
            await ReplicatedFolder.SyncAsync(database);
            Assert.True(database.Snapshot().SpoolBytes < 60_000, $"{database.Snapshot().SpoolBytes} bytes wait");
        }
        Assert.Equal(DatabaseStatus.Active, database.Snapshot().Status);
        Mend(Place(folder, 1));
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Single(await ListAsync(folder, 0, 1), f => f.IsImage);
        Assert.Equal(2, (await ListAsync(folder, 1, 1)).Count(f => f.IsImage));
    }

    [Fact]
    public async Task A_lost_state_directory_takes_both_over_without_an_image()
    {
        await using var folder = NewFolder(new ShiftedTime());
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 5);
        await CaughtUpAsync(folder.Store!.Find(Name)!);
        await folder.StopAsync();
        Directory.Delete(folder.State, recursive: true);
        ((ShiftedTime)folder.Time).Skip(TimeSpan.FromMinutes(5));
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        await AssertBothEqualAsync(folder);
        Assert.Single(await ListAsync(folder, 0, 1), f => f.IsImage);
        Assert.Single(await ListAsync(folder, 1, 1), f => f.IsImage);
    }

    /// <summary>A state directory of last week: what it lacks is in both replicas; one is believed, and nothing of the other is overwritten.</summary>
    [Fact]
    public async Task A_stale_state_directory_goes_on_behind_everything_that_was_published()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        await CaughtUpAsync(folder.Store!.Find(Name)!);
        await folder.StopAsync();
        var state = folder.State;
        Copy(state, state + "-old");
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 6);
        await CaughtUpAsync(folder.Store!.Find(Name)!);
        var newest = folder.Store!.Find(Name)!.Snapshot().Txid;
        await folder.StopAsync();
        Directory.Delete(state, recursive: true);
        Directory.Move(state + "-old", state);
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await CaughtUpAsync(database);
        Assert.True(database.Snapshot().Txid > newest);
        await AssertBothEqualAsync(folder);
    }

    [Fact]
    public async Task Another_writer_s_chain_in_one_is_not_touched_and_the_other_goes_on()
    {
        await using var folder = NewFolder(new ShiftedTime());
        await using (var foreign = new ReplicatedFolder { BackupsAt = Place(folder, 1) })
        {
            using var theirs = foreign.NewTenant();
            foreign.Open();
            await ReplicatedFolder.WriteAsync(theirs, foreign.Register(Name), 4);
            await foreign.StopAsync();
        }
        ((ShiftedTime)folder.Time).Skip(TimeSpan.FromMinutes(5));
        var before = Directory.GetFiles(Place(folder, 1), "*", SearchOption.AllDirectories).Order().ToList();
        var both = folder.OtherRoots;
        folder.OtherRoots = [];
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        await folder.StopAsync();
        folder.OtherRoots = both;
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Status == DatabaseStatus.SplitBrain, "named");
        await ReplicatedFolder.WriteAsync(application, database, 3);
        Assert.Equal(before, Directory.GetFiles(Place(folder, 1), "*", SearchOption.AllDirectories).Order());
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task The_same_place_twice_is_refused()
    {
        await using var folder = NewFolder();
        folder.OtherRoots = [ReplicaRoot.Parse("file://" + Place(folder, 0))];
        Assert.Contains("named twice", Assert.Throws<LitestreamException>(folder.Open).Message, StringComparison.Ordinal);
    }

    private static ReplicatedFolder NewFolder(TimeProvider? time = null)
    {
        var folder = new ReplicatedFolder { Time = time ?? TimeProvider.System };
        folder.OtherRoots = [ReplicaRoot.Parse("file://" + Place(folder, 1))];
        return folder;
    }

    private static string Place(ReplicatedFolder folder, int replica) => replica == 0 ? folder.Backups : folder.Backups + "-2";

    /// <summary>A file stands where the folder was: every request fails.</summary>
    private static void Break(string place)
    {
        Directory.Move(place, place + "-aside");
        File.WriteAllText(place, "");
    }

    private static void Mend(string place)
    {
        File.Delete(place);
        Directory.Move(place + "-aside", place);
    }

    private static Task CaughtUpAsync(Database database) => ReplicatedFolder.WaitAsync(
        () => database.Snapshot() is { Txid.IsNone: false } s && s.Replicas.All(r => r.Txid == s.Txid && r.Status == DatabaseStatus.Active), $"caught up: {database.Snapshot().Replicas[0]} {database.Snapshot().Replicas[1]}");

    private static async Task<IReadOnlyList<LtxFile>> ListAsync(ReplicatedFolder folder, int replica, int level)
    {
        var files = new List<LtxFile>();
        await foreach (var file in ReplicaRoot.Parse("file://" + Place(folder, replica)).Open(ReplicaRoot.DefaultPathOf(Name)).ListAsync(level, default))
            files.Add(file);
        return files;
    }

    private static async Task AssertBothEqualAsync(ReplicatedFolder folder)
    {
        await folder.AssertRestoresEqualAsync(Name);
        await using var second = new ReplicatedFolder { BackupsAt = Place(folder, 1), DataAt = folder.Data };
        await second.AssertRestoresEqualAsync(Name);
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Append(from))
            Directory.CreateDirectory(directory.Replace(from, to));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to));
    }
}

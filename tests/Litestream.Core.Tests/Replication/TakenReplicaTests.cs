using System.Collections.Concurrent;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>Another writer in some of a database's replicas, shut out there because a person says so: it must find that out, and what it left stays.</summary>
public sealed class TakenReplicaTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task The_writer_of_one_of_several_replicas_stops_when_that_one_is_taken_over()
    {
        var time = new ShiftedTime();
        await using var two = new TwoReplicas(time);
        await using var foreign = new ReplicatedFolder { BackupsAt = two.Place(1) };
        using var theirs = foreign.NewTenant();
        foreign.Open();
        var other = foreign.Register(Name);
        await ReplicatedFolder.WriteAsync(theirs, other, 4);
        var left = other.Snapshot().ReplicatedTxid;
        time.Skip(TimeSpan.FromMinutes(5));
        // The other one says first where the chain stands: else this one would be taken over, as nobody wrote there for minutes.
        var blocked = new BlockedFolder(two.Place(1));
        two.Open();
        await two.WriteAsync(2);
        blocked.Unblock();
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[1].Status == DatabaseStatus.SplitBrain, "split-brain in one");

        await TakeOverAsync(two.Database);
        await AssertStopsAsync(theirs, other);
        await two.WriteAsync(2);
        await two.AssertBothEqualAsync();
        await AssertWholeAsync(two.StorageOf(1));
        Assert.Equal("5", ReplicatedFolder.Scalar(await foreign.RestoreAsync(Name, left), "SELECT count(*) FROM t"));
        Assert.Contains(two.Database.State.Book.Labels, l => l.Txid == left);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public async Task Each_of_two_writers_stops_when_both_replicas_are_taken_over(int rowsInFirst)
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        await using var first = await ElsewhereAsync(two.Folder, two.Place(0));
        await using var second = await ElsewhereAsync(two.Folder, two.Place(1));
        using var inFirst = new Application(first.PathOf(Name));
        using var inSecond = new Application(second.PathOf(Name));
        await ReplicatedFolder.WriteAsync(inFirst, first.Store!.Find(Name)!, rowsInFirst);
        await ReplicatedFolder.WriteAsync(inSecond, second.Store!.Find(Name)!, 3);
        two.Application.Sql("INSERT INTO t (v) VALUES ('only here')");
        two.Database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(
            () => two.Database.Snapshot().Replicas.All(r => r.Status == DatabaseStatus.SplitBrain),
            () => $"split-brain in both; {string.Join(", ", two.Database.Snapshot().Replicas.Select(r => $"{r.Status} {r.Reason} {r.Txid} {r.Detail}"))}");

        await TakeOverAsync(two.Database);
        await AssertStopsAsync(inFirst, first.Store!.Find(Name)!);
        await AssertStopsAsync(inSecond, second.Store!.Find(Name)!);
        await two.WriteAsync(2);
        await two.AssertBothEqualAsync();
        await AssertWholeAsync(two.StorageOf(0));
        await AssertWholeAsync(two.StorageOf(1));
    }

    /// <summary>Its retention deletes what the former writer published: to that one it looks like damage.</summary>
    [Fact]
    public async Task What_another_took_over_is_not_mended_by_its_former_writer()
    {
        await using var ours = new ReplicatedFolder();
        using var application = ours.NewTenant();
        var database = await ours.BeginAsync(Name);
        await using var theirs = await ElsewhereAsync(ours, ours.Backups);
        var other = theirs.Store!.Find(Name)!;
        using var inTheirs = new Application(theirs.PathOf(Name));
        await ReplicatedFolder.WriteAsync(inTheirs, other, 2);
        var there = await theirs.ListAsync(Name, 1);

        database.State.Replicas[0].TellDamage("a file of its chain is missing");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.SplitBrain, () => $"split-brain; {database.Snapshot()}");
        Assert.Equal(there, await theirs.ListAsync(Name, 1));
        await ReplicatedFolder.WriteAsync(inTheirs, other, 2);
        await theirs.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task What_is_our_own_and_cut_to_nothing_is_mended()
    {
        await using var ours = new ReplicatedFolder();
        using var application = ours.NewTenant();
        var database = await ours.BeginAsync(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        foreach (var file in Directory.GetFiles(ours.Backups, "*.ltx", SearchOption.AllDirectories))
            File.WriteAllBytes(file, new byte[10]);
        var before = database.Snapshot().ReplicatedTxid;

        database.State.Replicas[0].TellDamage("its newest file is cut");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().ReplicatedTxid > before, () => $"an image is there; {database.Snapshot()}");
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await ours.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Who waits for a minute, because somebody wrote there a moment ago, need not when a person says who goes on.</summary>
    [Fact]
    public async Task A_chain_written_a_moment_ago_is_taken_over_at_once_when_a_person_says_so()
    {
        await using var foreign = new ReplicatedFolder();
        using var theirs = foreign.NewTenant();
        foreign.Open();
        var other = foreign.Register(Name);
        await ReplicatedFolder.WriteAsync(theirs, other, 2);
        await using var ours = new ReplicatedFolder { BackupsAt = foreign.Backups };
        using var application = ours.NewTenant();
        ours.Open();
        var database = ours.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Reason == DatabaseReason.RecentForeignWriter, "waits");

        await TakeOverAsync(database);
        await AssertStopsAsync(theirs, other);
        await ours.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Each replica is told once; none is well again while it waits.</summary>
    [Fact]
    public async Task What_waits_for_another_writer_is_not_said_to_be_well()
    {
        var said = new ConcurrentQueue<string>();
        await using var two = new TwoReplicas(log: new KeptLog(said));
        foreach (var place in new[] { 0, 1 })
        {
            await using var foreign = new ReplicatedFolder { BackupsAt = two.Place(place) };
            using var theirs = foreign.NewTenant();
            foreign.Open();
            await ReplicatedFolder.SyncAsync(foreign.Register(Name));
            await foreign.StopAsync();
        }
        two.Open();
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas.All(r => r.Reason == DatabaseReason.RecentForeignWriter), "both wait");
        // Looked at together, again and again: while one is, the other cannot be.
        await ReplicatedFolder.WaitAsync(
            () =>
            {
                two.Database.State.Replicas.WakeAll();
                return two.Database.Snapshot().Replicas.Sum(r => r.Errors) > 200;
            },
            "looked at often");
        await two.Folder.DropAsync();
        Assert.Equal(2, said.Count(line => line.Contains("by another writer", StringComparison.Ordinal)));
        Assert.DoesNotContain(said, line => line.Contains("well again", StringComparison.Ordinal));
    }

    private static async Task TakeOverAsync(Database database)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await database.TakeOverAsync(limit.Token));
        Assert.All(database.Snapshot().Replicas, r => Assert.Equal(DatabaseStatus.Active, r.Status));
        // The image of one may stand behind transactions that the other has yet to hear of.
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is var s && s.Replicas.All(r => r.Txid == s.Txid), "all have everything");
    }

    private static async Task AssertStopsAsync(Application application, Database database)
    {
        application.Sql("INSERT INTO t (v) VALUES ('too late')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(
            () => database.Snapshot().Status == DatabaseStatus.SplitBrain,
            () => $"the other writer is shut out; {string.Join(", ", database.Snapshot().Replicas.Select(r => $"{r.Status} {r.Reason} {r.Txid} of {database.Snapshot().Txid} {r.Detail}"))}, {database.State.Replicas[0].Stage}, hot {database.Snapshot().IsHot}, {string.Join(' ', Directory.GetFiles(database.State.Replicas[0].Place.Root.LocalFolder!, "*.ltx", SearchOption.AllDirectories).Select(Path.GetFileName).Order())}");
    }

    private static async Task AssertWholeAsync(IReplicaStorage storage)
    {
        var report = await new ReplicaVerifier(storage).RunAsync(progress: null, default);
        Assert.True(report.IsWhole, string.Join('\n', report.Damage));
    }

    /// <summary>Another host with the same database took one of the chains over, an hour later by its clock.</summary>
    private static async Task<ReplicatedFolder> ElsewhereAsync(ReplicatedFolder here, string backups)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var elsewhere = new ReplicatedFolder { BackupsAt = backups, Time = time };
        using (var application = new Application(here.PathOf(Name)))
            application.Sql($"VACUUM INTO '{elsewhere.PathOf(Name)}'");
        elsewhere.Open();
        await ReplicatedFolder.SyncAsync(elsewhere.Register(Name));
        return elsewhere;
    }
}

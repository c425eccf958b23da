using System.Collections.Concurrent;

namespace Litestream.Core.Tests.Replication;

/// <summary>A fleet gave a database to this host while its replica was away, and the program started anew before it came back: what was to be taken over is.</summary>
public sealed class ForgottenTakeOverTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData(3u, true)]
    [InlineData(2u, false)]
    [InlineData(0u, false)]
    public async Task What_is_granted_under_a_higher_epoch_than_the_chain_has_goes_on_and_nothing_else(uint granted, bool isOurs)
    {
        await using var first = new ReplicatedFolder();
        using var ours = first.NewTenant();
        var database = await first.BeginAsync(Name);
        await ReplicatedFolder.WriteAsync(ours, database, 2);
        await using var second = await ElsewhereAsync(first.PathOf(Name), first.Backups);
        using var theirs = new Application(second.PathOf(Name));
        var other = second.Store!.Find(Name)!;
        await ReplicatedFolder.WriteAsync(theirs, other, 2);
        Assert.Equal(2u, other.Snapshot().Epoch);
        ours.Sql("INSERT INTO t (v) VALUES ('only here')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        var away = new BlockedFolder(first.Backups);
        using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<Exception>(() => database.TakeOverAsync(3, brief.Token));
        await first.DropAsync();
        away.Unblock();

        var asked = new ConcurrentQueue<OwnershipQuestion>();
        first.Options = first.Options with
        {
            MayTakeOver = (question, _) =>
            {
                asked.Enqueue(question);
                return Task.FromResult(asked.Count == 1 ? OwnershipAnswer.Unknown("the table is away") : granted == 0 ? OwnershipAnswer.Refused("it is web-2's") : OwnershipAnswer.Granted(granted));
            },
        };
        first.Open();
        database = first.Register(Name);
        await ReplicatedFolder.WaitAsync(() => asked.Count > 1, "it is asked again");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == (isOurs ? DatabaseStatus.Active : DatabaseStatus.SplitBrain), "it is known");
        Assert.All(asked, q => Assert.Equal(new(Name, IsSigned: true, WasHere: true), q));
        await ReplicatedFolder.WriteAsync(isOurs ? ours : theirs, isOurs ? database : other, 2);
        await (isOurs ? first : second).AssertRestoresEqualAsync(Name);
        if (!isOurs)
            return;
        Assert.Equal(3u, database.Snapshot().Epoch);
        theirs.Sql("INSERT INTO t (v) VALUES ('too late')");
        other.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => other.Snapshot().Status == DatabaseStatus.SplitBrain, "the other one is shut out");
        Assert.Contains(database.Snapshot().Kept, k => k.Txid == other.Snapshot().ReplicatedTxid);
    }

    [Fact]
    public async Task Of_two_replicas_the_one_that_was_away_is_taken_over_by_the_next_start_too()
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        await using var foreign = await ElsewhereAsync(two.Folder.PathOf(Name), two.Place(1));
        using var theirs = new Application(foreign.PathOf(Name));
        var other = foreign.Store!.Find(Name)!;
        await ReplicatedFolder.WriteAsync(theirs, other, 2);
        await two.WriteAsync(1);
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[1].Status == DatabaseStatus.SplitBrain, "split-brain in one");
        var away = new BlockedFolder(two.Place(1));
        using (var brief = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await Assert.ThrowsAnyAsync<Exception>(() => two.Database.TakeOverAsync(3, brief.Token));
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas[0].Status == DatabaseStatus.Active, "taken over in the other");
        await two.Folder.DropAsync();
        away.Unblock();

        two.Folder.Options = two.Folder.Options with { MayTakeOver = (_, _) => Task.FromResult(OwnershipAnswer.Granted(3)) };
        two.Open();
        await two.AssertBothEqualAsync();
        theirs.Sql("INSERT INTO t (v) VALUES ('too late')");
        other.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => other.Snapshot().Status == DatabaseStatus.SplitBrain, "the other one is shut out");
        await two.WriteAsync(2);
        await two.AssertBothEqualAsync();
    }

    /// <summary>Nobody is asked, and nobody said so: the other writer is silent. That its chain was taken over in the first replica the books know for the second.</summary>
    [Fact]
    public async Task Of_a_silent_writers_two_replicas_the_one_that_was_away_is_taken_over_by_the_next_start_too()
    {
        await using var two = await TwoReplicas.BeginAsync(3);
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        await using var taker = new ReplicatedFolder { BackupsAt = two.Place(0), OtherRoots = two.Folder.OtherRoots, Time = time };
        two.Application.Sql($"VACUUM INTO '{taker.PathOf(Name)}'");
        var away = new BlockedFolder(two.Place(1));
        using var theirs = new Application(taker.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, await taker.BeginAsync(Name), 1);
        Assert.Equal(2u, taker.Store!.Find(Name)!.Snapshot().Epoch);
        await taker.DropAsync();
        away.Unblock();

        taker.Open();
        var database = taker.Register(Name);
        await ReplicatedFolder.WriteAsync(theirs, database, 1);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is var now && now.Replicas.All(r => r.Status == DatabaseStatus.Active && r.Txid == now.Txid), "in both");
        await using var second = new ReplicatedFolder { BackupsAt = two.Place(1), DataAt = taker.Data };
        await second.AssertRestoresEqualAsync(Name);
        // Nothing waits for it any more.
        Assert.Equal(0u, database.State.Book.FormerWriter);
        two.Application.Sql("INSERT INTO t (v) VALUES ('too late')");
        two.Database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => two.Database.Snapshot().Replicas.All(r => r.Status == DatabaseStatus.SplitBrain), "the other one is shut out of both");
    }

    /// <summary>Another host with the same database took the chain over, an hour later by its clock.</summary>
    private static async Task<ReplicatedFolder> ElsewhereAsync(string database, string backups)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var elsewhere = new ReplicatedFolder { BackupsAt = backups, Time = time };
        using (var application = new Application(database))
            application.Sql($"VACUUM INTO '{elsewhere.PathOf(Name)}'");
        elsewhere.Open();
        await ReplicatedFolder.SyncAsync(elsewhere.Register(Name));
        return elsewhere;
    }
}

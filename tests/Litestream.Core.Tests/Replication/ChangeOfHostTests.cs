using System.Collections.Concurrent;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>Somebody outside says whose a database is: what the engine asks, what it stops, what it takes.</summary>
public sealed class ChangeOfHostTests
{
    private const string Name = ReplicatedFolder.Name;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_chain_that_is_another_hosts_is_left_alone_however_quiet_it_is_until_a_person_wants_it()
    {
        await using var first = new ReplicatedFolder();
        using var ours = await BeginAsync(first);
        var before = Listing(first);
        await using var second = Copy(first, ours, (question, _) => Task.FromResult(OwnershipAnswer.Refused($"{question.Name} belongs to host web-1")));
        second.Open();
        var copy = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => copy.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        Assert.Contains($"{Name} belongs to host web-1", copy.Snapshot().Detail, StringComparison.Ordinal);
        Assert.Equal(0u, copy.Snapshot().Epoch);
        Assert.Equal(before, Listing(first));
        await ReplicatedFolder.WriteAsync(ours, first.Store!.Find(Name)!, 1);

        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await copy.TakeOverAsync(3, limit.Token));
        await second.AssertRestoresEqualAsync(Name);
        Assert.Equal(3u, copy.Snapshot().Epoch);
    }

    [Fact]
    public async Task Who_cannot_be_asked_is_asked_again_and_what_is_granted_goes_on_under_the_epoch_that_was_given()
    {
        await using var first = new ReplicatedFolder();
        using var ours = await BeginAsync(first);
        await first.StopAsync();
        var asked = new ConcurrentQueue<OwnershipQuestion>();
        await using var second = Copy(first, ours, (question, _) =>
        {
            asked.Enqueue(question);
            return Task.FromResult(asked.Count == 1 ? OwnershipAnswer.Unknown("the table is away") : OwnershipAnswer.Granted(9));
        });
        second.Open();
        var copy = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => copy.Snapshot() is { Status: DatabaseStatus.Waiting, Reason: DatabaseReason.RecentForeignWriter } s && s.Detail!.Contains("the table is away", StringComparison.Ordinal), "it waits");
        await ReplicatedFolder.WaitAsync(() => copy.Snapshot() is { Status: DatabaseStatus.Active, Epoch: 9 }, "it goes on");
        Assert.Equal(Enumerable.Repeat(new OwnershipQuestion(Name, IsSigned: true, WasHere: false), 2), asked);
        await ReplicatedFolder.SyncAsync(copy);
        await second.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_hears_that_it_lost_a_database_stops_says_so_and_publishes_nothing_more(bool isBusy)
    {
        await using var folder = new ReplicatedFolder();
        using var application = await BeginAsync(folder);
        var database = folder.Store!.Find(Name)!;
        if (!isBusy)
        {
            await folder.StopAsync();
            folder.Open();
            database = folder.Register(Name);
        }
        database.Lose($"{Name} belongs to host web-2 with epoch 2", 1);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Lost, Reason: DatabaseReason.NewerEpoch, IsHot: false }, "lost");
        Assert.Contains("host web-2 with epoch 2", database.Snapshot().Detail, StringComparison.Ordinal);
        var before = Listing(folder);
        application.Sql("INSERT INTO t (v) VALUES ('nobody keeps this')");
        database.Notice(FileEvent.Wal);
        await Assert.ThrowsAnyAsync<LitestreamException>(() => database.SyncAsync(default));
        Assert.Equal((before, DatabaseStatus.Lost), (Listing(folder), database.Snapshot().Status));

        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await database.TakeOverAsync(3, limit.Token));
        Assert.Equal((DatabaseStatus.Active, 3u), (database.Snapshot().Status, database.Snapshot().Epoch));
        await folder.AssertRestoresEqualAsync(Name);

        // Found out before, and said only now.
        database.Lose($"{Name} belongs to host web-2 with epoch 2", 1);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Given_up_it_stays_so_over_restarts_and_taken_over_again_it_begins_with_a_fence()
    {
        await using var folder = new ReplicatedFolder();
        using var application = await BeginAsync(folder);
        var database = folder.Store!.Find(Name)!;
        application.Sql("INSERT INTO t (v) VALUES ('the last one')");
        using var limit = new CancellationTokenSource(Patience);
        await database.ReleaseAsync(limit.Token);
        Assert.False(database.Snapshot().IsHot);
        await folder.AssertRestoresEqualAsync(Name);
        var before = Listing(folder);

        database.Resume();
        await folder.StopAsync();
        folder.Open();
        database = folder.Register(Name);
        database.Resume();
        application.Sql("INSERT INTO t (v) VALUES ('of nobody')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Paused, Reason: DatabaseReason.Released, IsPaused: true }, "given up");
        await Assert.ThrowsAnyAsync<LitestreamException>(() => database.SyncAsync(default));
        Assert.Equal(before, Listing(folder));

        var newest = database.Snapshot().Txid;
        Assert.True(await database.TakeOverAsync(4, limit.Token));
        Assert.Equal((DatabaseStatus.Active, false), (database.Snapshot().Status, database.Snapshot().IsPaused));
        var fence = Assert.Single(await folder.ListAsync(Name, 0), f => f.MinTxid == newest.Next);
        Assert.Empty(await folder.PagesOfAsync(Name, fence));
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>It publishes while its chain is read: the fence does not wait for that.</summary>
    [Fact]
    public async Task A_writer_that_is_busy_is_shut_out_and_what_it_left_stays_restorable()
    {
        await using var first = new ReplicatedFolder();
        using var ours = await BeginAsync(first);
        var loser = first.Store!.Find(Name)!;
        await using var second = Copy(first, ours, (_, _) => Task.FromResult(OwnershipAnswer.Refused("another's")));
        second.Open();
        var taker = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        using var end = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                ours.Sql("INSERT INTO t (v) VALUES ('busy')");
                loser.Notice(FileEvent.Wal);
            }
        });
        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await taker.TakeOverAsync(2, limit.Token));
        await ReplicatedFolder.WaitAsync(() => loser.Snapshot().Status == DatabaseStatus.SplitBrain, "shut out");
        await end.CancelAsync();
        await writing;
        await second.AssertRestoresEqualAsync(Name);
        var left = loser.Snapshot().ReplicatedTxid;
        Assert.Contains(taker.Snapshot().Kept, k => k.Txid == left);
        Assert.NotEqual("0", ReplicatedFolder.Scalar(await second.RestoreAsync(Name, left), "SELECT count(*) FROM t WHERE v <> 'first'"));
        Assert.Equal(2u, taker.Snapshot().Epoch);
    }

    [Fact]
    public async Task What_the_former_owner_kept_for_an_undo_is_kept_on()
    {
        await using var first = new ReplicatedFolder();
        using var ours = await BeginAsync(first);
        var until = DateTimeOffset.UtcNow.AddDays(3);
        await using var second = Copy(first, ours, (_, _) => Task.FromResult(OwnershipAnswer.Refused("another's")));
        second.Open();
        var taker = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        Assert.True(await taker.CanRestoreAsync(new(2), default));
        Assert.False(await taker.CanRestoreAsync(new(200), default));
        using var limit = new CancellationTokenSource(Patience);
        await taker.TakeOverAsync(2, new(new(2), Label.RestoredInPlace, until - Label.UndoTime, until, IsUndo: true), limit.Token);
        var kept = Assert.Single(taker.Snapshot().Kept, k => k.IsUndo);
        Assert.Equal((new Txid(2), until), (kept.Txid, kept.Until));
    }

    private static async Task<Application> BeginAsync(ReplicatedFolder folder)
    {
        var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        return application;
    }

    /// <summary>Another host with the same database, an hour later by its clock.</summary>
    private static ReplicatedFolder Copy(ReplicatedFolder first, Application application, Func<OwnershipQuestion, CancellationToken, Task<OwnershipAnswer>> mayTakeOver)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var second = new ReplicatedFolder { BackupsAt = first.Backups, Time = time };
        second.Options = second.Options with { MayTakeOver = mayTakeOver };
        application.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        return second;
    }

    private static string Listing(ReplicatedFolder folder) =>
        string.Join('\n', Directory.GetFiles(folder.Backups, "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
}

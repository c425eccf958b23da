using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>Names that are created once keep two writers apart, also when one of them slept until its next name was free again.</summary>
public sealed class FenceTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>Short enough that a test sees an L1 within a second.</summary>
    private static readonly TimeSpan[] Levels = [TimeSpan.FromMilliseconds(300)];

    [Fact]
    public async Task Of_two_agents_on_one_replica_exactly_one_continues()
    {
        await using var first = new ReplicatedFolder();
        using var ours = first.NewTenant();
        first.Open();
        var slow = first.Register(Name);
        await ReplicatedFolder.WriteAsync(ours, slow, 3);
        await using var second = await TakeOverAsync(first, mergesSoon: false);
        using var theirs = new Application(second.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, second.Store!.Find(Name)!, 2);
        var before = Listing(first);
        ours.Sql("INSERT INTO t (v) VALUES ('the one that was taken over')");
        slow.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => slow.Snapshot() is { Status: DatabaseStatus.SplitBrain, Reason: DatabaseReason.ForeignTransaction }, "split-brain");
        Assert.Contains("stop one of the two", slow.Snapshot().Detail, StringComparison.Ordinal);
        Assert.Equal(before, Listing(first));
        await ReplicatedFolder.WriteAsync(theirs, second.Store!.Find(Name)!, 2);
        await second.AssertRestoresEqualAsync(Name);
        Assert.Equal(DatabaseStatus.Active, second.Store!.Find(Name)!.Snapshot().Status);
        await first.StopAsync();
    }

    /// <summary>A host that was failed over from and is switched on again: its data is old, however long the other one has been quiet.</summary>
    [Fact]
    public async Task An_agent_that_was_taken_over_while_it_was_off_does_not_take_the_chain_back_by_itself()
    {
        var time = new ShiftedTime();
        await using var first = new ReplicatedFolder { Time = time };
        using var ours = first.NewTenant();
        first.Open();
        await ReplicatedFolder.WriteAsync(ours, first.Register(Name), 3);
        await first.StopAsync();
        await using var second = await TakeOverAsync(first, mergesSoon: false);
        using var theirs = new Application(second.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, second.Store!.Find(Name)!, 2);
        var before = Listing(first);

        time.Skip(TimeSpan.FromDays(1));
        first.Open();
        var back = first.Register(Name);
        await ReplicatedFolder.WaitAsync(() => back.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        Assert.Contains("was taken over by another agent", back.Snapshot().Detail, StringComparison.Ordinal);
        Assert.Equal(before, Listing(first));
        await ReplicatedFolder.WriteAsync(theirs, second.Store!.Find(Name)!, 1);
        await second.AssertRestoresEqualAsync(Name);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await back.TakeOverAsync(limit.Token));
        await first.AssertRestoresEqualAsync(Name);
    }

    /// <summary>FINDINGS 7: create-only names fence only until retention frees them. Who slept looks before it publishes.</summary>
    [Fact]
    public async Task An_agent_asleep_past_the_retention_finds_its_next_name_free_and_does_not_take_it()
    {
        await using var first = new ReplicatedFolder { Time = new ShiftedTime() };
        using var ours = first.NewTenant();
        await SleepAndWakeAsync(first, ours, sleeper =>
        {
            ours.Sql("INSERT INTO t (v) VALUES ('after the sleep')");
            sleeper.Notice(FileEvent.Wal);
        });
    }

    /// <summary>The other one merged and deleted what this one still had to merge: that is no damage to heal.</summary>
    [Fact]
    public async Task An_agent_asleep_with_only_a_merger_due_looks_before_that_too()
    {
        await using var first = new ReplicatedFolder { Time = new ShiftedTime() };
        using var ours = first.NewTenant();
        await SleepAndWakeAsync(first, ours, sleeper => sleeper.State.Replicas[0].Lane.Wake());
    }

    /// <summary>It looked, and fell asleep with the file on its way: the request that is made anew when it wakes finds the name free.</summary>
    [Fact]
    public async Task A_file_that_was_on_its_way_during_the_sleep_is_taken_back()
    {
        await using var server = await S3Server.StartAsync("chain");
        using var root = ReplicaRoot.Parse(server.Url("chain"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        await using var first = new ReplicatedFolder { RootAt = root, Time = new ShiftedTime() };
        first.Options = first.Options with { Points = new() { LevelIntervals = [TimeSpan.FromHours(1)] } };
        using var ours = first.NewTenant();
        first.Open();
        var sleeper = first.Register(Name);
        await ReplicatedFolder.WriteAsync(ours, sleeper, 3);
        using var awake = new ManualResetEventSlim();
        var (next, tries) = (sleeper.Snapshot().Txid.Next, 0);
        server.Fault = request => request.Method == "PUT" && request.Key.EndsWith($"/0000/{next}-{next}.ltx", StringComparison.Ordinal) && Interlocked.Increment(ref tries) == 1 && awake.Wait(TimeSpan.FromSeconds(60))
            ? S3ServerFault.Reset : S3ServerFault.None;
        ours.Sql("INSERT INTO t (v) VALUES ('on its way')");
        sleeper.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref tries) == 1, "on its way");

        var later = new ShiftedTime();
        later.Skip(TimeSpan.FromHours(1));
        await using var second = new ReplicatedFolder { RootAt = root, Time = later };
        second.Options = second.Options with { Points = new() { LevelIntervals = Levels } };
        ours.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        second.Open();
        using var theirs = new Application(second.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, second.Register(Name), 5);
        await ReplicatedFolder.WaitAsync(
            () => second.ListAsync(Name, 1).GetAwaiter().GetResult().Max(f => f.MaxTxid) == second.Store!.Find(Name)!.Snapshot().ReplicatedTxid, "merged");
        await second.StorageOf(Name).DeleteAsync([.. (await second.ListAsync(Name, 0)).OrderBy(f => f.MaxTxid).SkipLast(1)], default);
        var before = await second.ListAllAsync(Name);
        ((ShiftedTime)first.Time).Skip(TimeSpan.FromHours(2));
        awake.Set();
        await ReplicatedFolder.WaitAsync(() => sleeper.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        Assert.True(tries >= 2);
        Assert.Equal(before.Select(f => (f.Level, f.Name)), (await second.ListAllAsync(Name)).Select(f => (f.Level, f.Name)));
        await second.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Sleeps past the retention while another agent goes on, wakes, and must touch nothing.</summary>
    private static async Task SleepAndWakeAsync(ReplicatedFolder first, Application ours, Action<Database> wake)
    {
        // Nothing is merged before it sleeps, however long a busy machine takes to get there.
        first.Options = first.Options with { Points = new() { LevelIntervals = [TimeSpan.FromHours(1)] } };
        first.Open();
        var sleeper = first.Register(Name);
        await ReplicatedFolder.WriteAsync(ours, sleeper, 3);
        Assert.DoesNotContain(await first.ListAsync(Name, 1), f => !f.IsImage);
        await OvertakeAsync(first);
        Assert.DoesNotContain(await first.ListAsync(Name, 0), f => f.MinTxid == sleeper.Snapshot().Txid.Next);
        ((ShiftedTime)first.Time).Skip(TimeSpan.FromHours(2));
        var before = Listing(first);
        wake(sleeper);
        await ReplicatedFolder.WaitAsync(() => sleeper.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        Assert.Equal(before, Listing(first));
    }

    /// <summary>A quarter of an hour: the retention of L0 would let it publish, and the names it would take are free.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Past_its_lease_it_looks_before_it_publishes_however_long_its_names_are_kept(bool isPast)
    {
        await using var first = new ReplicatedFolder { Time = new ShiftedTime() };
        first.Options = first.Options with { Lease = new(TimeSpan.FromMinutes(10), () => isPast), Points = new() { LevelIntervals = [TimeSpan.FromHours(1)] } };
        using var ours = first.NewTenant();
        first.Open();
        var sleeper = first.Register(Name);
        await ReplicatedFolder.WriteAsync(ours, sleeper, 3);
        await OvertakeAsync(first);
        ((ShiftedTime)first.Time).Skip(TimeSpan.FromMinutes(15));
        var before = Listing(first);
        ours.Sql("INSERT INTO t (v) VALUES ('after the sleep')");
        sleeper.Notice(FileEvent.Wal);
        if (isPast)
        {
            await ReplicatedFolder.WaitAsync(() => sleeper.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
            Assert.Equal(before, Listing(first));
        }
        else
        {
            await ReplicatedFolder.WaitAsync(() => Listing(first) != before, "without a lease it does not look");
        }
    }

    [Fact]
    public async Task That_nobody_hears_of_it_alone_stops_nothing_and_costs_two_listings_a_lease()
    {
        var time = new ShiftedTime();
        await using var folder = new ReplicatedFolder { Time = time };
        folder.Options = folder.Options with { Lease = new(TimeSpan.FromMinutes(10), () => true), Points = new() { LevelIntervals = [TimeSpan.FromHours(1)] } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        for (var lease = 0; lease < 3; lease++)
        {
            time.Skip(TimeSpan.FromMinutes(11));
            var before = Listings(database);
            await ReplicatedFolder.WriteAsync(application, database, 5);
            Assert.Equal(before + 2, Listings(database));
        }
        Assert.Equal(DatabaseStatus.Active, database.Snapshot().Status);
        await folder.AssertRestoresEqualAsync(Name);

        static long Listings(Database database) => database.Snapshot().Requests!["LIST"];
    }

    [Fact]
    public async Task Who_takes_over_under_a_given_epoch_publishes_a_fence_of_that_epoch_first()
    {
        await using var first = new ReplicatedFolder();
        using var ours = first.NewTenant();
        first.Open();
        await ReplicatedFolder.WriteAsync(ours, first.Register(Name), 3);
        var newest = first.Store!.Find(Name)!.Snapshot().Txid;
        await first.StopAsync();
        await using var second = new ReplicatedFolder { BackupsAt = first.Backups };
        ours.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        second.Open();
        var taker = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Reason == DatabaseReason.RecentForeignWriter, "somebody wrote a moment ago");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await taker.TakeOverAsync(7, limit.Token));

        var fence = Assert.Single(await second.ListAsync(Name, 0), f => f.MinTxid == newest.Next);
        Assert.Empty(await second.PagesOfAsync(Name, fence));
        foreach (var file in (await second.ListAsync(Name, 0)).Where(f => f.MinTxid > newest))
        {
            await using var stream = await second.StorageOf(Name).OpenAsync(file, default);
            using var decoder = new LtxDecoder(stream, file.Name);
            Assert.Equal(7u, NodeId.Of(decoder.Header.NodeId).Epoch);
        }
        await second.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Published, and then the program died before its books knew: the same bytes are found under the name and taken for what they are.</summary>
    [Fact]
    public async Task A_crash_between_publishing_and_bookkeeping_is_adopted()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var level = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('published, not booked')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.State.Replicas[0].PeekStaged() is not null && database.Snapshot().Status == DatabaseStatus.Error, "the replica refuses");
        var staged = database.State.Replicas[0].PeekStaged()!;
        File.Copy(staged.Path, Path.Combine(level.Aside, staged.File.Name));
        level.Unblock();
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Active, "active again");
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Upstream #781: a restored database began again at transaction 1, behind its replica, and uploaded nothing.</summary>
    [Fact]
    public async Task A_restored_database_goes_on_where_its_replica_ends()
    {
        await using var folder = new ReplicatedFolder();
        using (var application = folder.NewTenant())
        {
            folder.Open();
            await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 4);
        }
        var newest = folder.Store!.Find(Name)!.Snapshot().ReplicatedTxid;
        await folder.StopAsync();
        var restored = await folder.RestoreAsync(Name, new(3));
        File.Copy(restored, folder.PathOf(Name), overwrite: true);
        folder.Open();
        using var again = new Application(folder.PathOf(Name));
        await ReplicatedFolder.WriteAsync(again, folder.Register(Name), 1);
        Assert.True(folder.Store!.Find(Name)!.Snapshot().ReplicatedTxid > newest);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
    }

    /// <summary>Another host with the same database, an hour later by its clock: the newest file is old enough to take the chain over.</summary>
    private static async Task<ReplicatedFolder> TakeOverAsync(ReplicatedFolder first, bool mergesSoon)
    {
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var second = new ReplicatedFolder { BackupsAt = first.Backups, Time = time };
        if (mergesSoon)
            second.Options = second.Options with { Points = new() { LevelIntervals = Levels } };
        using (var application = new Application(first.PathOf(Name)))
            application.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        second.Open();
        await ReplicatedFolder.SyncAsync(second.Register(Name));
        return second;
    }

    /// <summary>Another agent takes over, writes, merges, and ends; its retention is over.</summary>
    private static async Task OvertakeAsync(ReplicatedFolder first)
    {
        await using var second = await TakeOverAsync(first, mergesSoon: true);
        using (var theirs = new Application(second.PathOf(Name)))
            await ReplicatedFolder.WriteAsync(theirs, second.Store!.Find(Name)!, 5);
        await FreeNamesAsync(first, second);
    }

    /// <summary>Everything merged into L1, and of L0 only the newest left: what retention makes of a chain.</summary>
    private static async Task FreeNamesAsync(ReplicatedFolder first, ReplicatedFolder second)
    {
        await ReplicatedFolder.WaitAsync(() =>
        {
            var files = second.ListAsync(Name, 1).GetAwaiter().GetResult();
            return files.Max(f => f.MaxTxid) == second.Store!.Find(Name)!.Snapshot().ReplicatedTxid;
        }, "merged");
        await second.StopAsync();
        var level0 = await first.ListAsync(Name, 0);
        foreach (var file in level0.Where(f => f != level0[^1]))
            File.Delete(Path.Combine(first.Backups, "databases", Name, "ltx", "0", file.Name));
    }

    private static string Listing(ReplicatedFolder folder) =>
        string.Join('\n', Directory.GetFiles(folder.Backups, "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
}

using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

public sealed class CompactionTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public void A_level_is_due_at_multiples_of_its_interval()
    {
        var interval = TimeSpan.FromSeconds(30);
        var boundary = new DateTimeOffset(2026, 11, 20, 12, 0, 30, TimeSpan.Zero);
        Assert.Equal(boundary, CompactionSchedule.NextBoundary(boundary.AddSeconds(-30), interval));
        Assert.Equal(boundary, CompactionSchedule.NextBoundary(boundary.AddTicks(-1), interval));
        Assert.Equal(boundary + interval, CompactionSchedule.NextBoundary(boundary, interval));
    }

    [Fact]
    public void Files_are_cut_in_the_order_of_their_transactions_whatever_their_times_say()
    {
        var noon = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        // 5 and 6 were uploaded late and listed with that time, 7 to 9 are known by the time of their capture.
        int[] seconds = [605, 606, 3, 33, 63, 607, 640];
        var files = seconds.Select((s, i) => new LtxFile(0, new((ulong)i + 5), new((ulong)i + 5), 100, noon.AddSeconds(s)));
        var runs = CompactionSchedule.Cut(files, TimeSpan.FromSeconds(30));
        Assert.Equal(["5-10 due 630", "11-11 due 660"], runs.Select(r => $"{r.Files[0].MinTxid.Value}-{r.Files[^1].MaxTxid.Value} due {(r.Due - noon).TotalSeconds:0}"));
        Assert.All(runs, r => Assert.All(r.Files.Zip(r.Files.Skip(1)), p => Assert.Equal(p.First.MaxTxid.Next, p.Second.MinTxid)));
    }

    [Fact]
    public async Task Files_that_do_not_follow_one_another_are_not_merged()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 4; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES ('more')");
            await ReplicatedFolder.SyncAsync(database);
        }
        var files = await folder.ListAsync(Name, 0);
        LtxFile[] torn = [files[0], files[2]];
        var error = await Assert.ThrowsAsync<LitestreamException>(() => Merge.RunAsync(folder.StorageOf(Name), torn, default, Stream.Null, 1 << 20, default));
        Assert.Contains("does not continue", error.Message);
    }

    /// <summary>The times of files never go back, so those that follow bear the wrong time, too, until the clock has caught up.</summary>
    [Fact]
    public async Task A_clock_that_was_ahead_for_a_moment_keeps_no_level_from_being_merged()
    {
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow };
        await using var folder = new ReplicatedFolder { Time = time };
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        time.Ahead = TimeSpan.FromHours(2);
        application.Sql("INSERT INTO t (v) VALUES ('in two hours')");
        await ReplicatedFolder.SyncAsync(database);
        time.Ahead = TimeSpan.Zero;
        for (var i = 0; i < 100; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES ('more')");
            await ReplicatedFolder.SyncAsync(database);
            time.Advance(TimeSpan.FromSeconds(1));
            await ReplicatedFolder.WaitAsync(() => database.State.Replicas.All(r => r.PeekStaged() is null && r.CompactionAt > time.GetTimestamp()), "what is due is merged");
        }
        var planned = ChainPlanner.Choose(await folder.ListAllAsync(Name), ChainTarget.Latest, Name);
        Assert.True(planned.Count < 60, $"{planned.Count} files");
        Assert.Contains(planned, f => f.Level == 2);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Levels_touch_each_other_and_every_boundary_restores_to_the_state_it_had()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with
        {
            Points = new()
            {
                LevelIntervals = [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(2)],
                SnapshotInterval = TimeSpan.FromSeconds(2),
            },
        };
        using var application = new Application(folder.PathOf(Name));
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        folder.Open();
        var database = folder.Register(Name);
        var states = new Dictionary<ulong, string>();
        for (var i = 0; !await HasAllLevelsAsync(folder); i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES (hex(randomblob({100 + (i * 37 % 3000)})))");
            if (i % 7 == 6)
                application.Sql("DELETE FROM t WHERE id % 2 = 0");
            if (i % 20 == 19)
                application.Sql("VACUUM");
            await ReplicatedFolder.SyncAsync(database);
            states[database.Snapshot().Txid.Value] = application.Sql("SELECT count(*), total(length(v)), total(id) FROM t")[0];
            Assert.True(i < 2000, "not all levels appeared");
        }
        for (var level = 1; level <= 3; level++)
            AssertAdjacent(await folder.ListAsync(Name, level), level);
        var newestL1 = (await folder.ListAsync(Name, 1))[^1];
        foreach (var above in (await folder.ListAsync(Name, 2)).Concat(await folder.ListAsync(Name, 3)).Concat(await folder.ListAsync(Name, LtxFile.SnapshotLevel)))
            Assert.True(above.MaxTxid < newestL1.MinTxid, $"{above} must end before the newest L1 file {newestL1}");
        foreach (var (txid, state) in states)
        {
            var restored = await folder.RestoreAsync(Name, new(txid));
            Assert.Equal(state, string.Join('\t', ReplicatedFolder.Row(restored, "SELECT count(*), total(length(v)), total(id) FROM t")));
        }
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static async Task<bool> HasAllLevelsAsync(ReplicatedFolder folder)
    {
        foreach (var level in (int[])[2, 3, LtxFile.SnapshotLevel])
        {
            if ((await folder.ListAsync(Name, level)).Count == 0)
                return false;
        }
        return true;
    }

    private static void AssertAdjacent(IReadOnlyList<LtxFile> files, int level)
    {
        Assert.NotEmpty(files);
        for (var i = 1; i < files.Count; i++)
            Assert.True(files[i].MinTxid == files[i - 1].MaxTxid.Next, $"level {level}: {files[i - 1]} and {files[i]} do not touch");
    }
}

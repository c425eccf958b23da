using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>
/// The agent was down, or away, while its application worked: either the WAL provably continues what was captured, or a page difference finds out. Never a
/// full image, and only what changed is published.
/// </summary>
public sealed class BrokenMarksTests
{
    private const string Name = ReplicatedFolder.Name;
    private const string Rows = "INSERT INTO t (v) SELECT hex(randomblob(1000)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<500) SELECT i FROM n)";

    /// <summary>What happened meanwhile, in the words of FINDINGS 3 and 4 and of upstream's hole (spec C.4).</summary>
    public static TheoryData<string, bool> Meanwhile
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var what in new[]
            {
                "more frames, a complete checkpoint, a shorter generation",
                "more frames, a complete checkpoint, a generation of the same length",
                "more frames, a complete checkpoint, a longer generation",
                "two restarts, the second over all of the first",
                "truncated and written again",
                "truncated twice",
                "the last close removed the WAL",
                "the last close removed the WAL and somebody wrote a new one",
                "journal mode to DELETE and back",
                "journal mode to DELETE, written, and back",
                "VACUUM",
                "all rows deleted and the file shrunk",
            })
            {
                data.Add(what, true);
                data.Add(what, false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Meanwhile))]
    public async Task What_happened_meanwhile_is_found(string what, bool stopsInOrder)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql(Rows);
        var database = await folder.BeginAsync(Name);
        for (var i = 0; i < 3; i++)
            application.Sql($"UPDATE t SET v = 'captured {i}' WHERE id = {100 * i + 50}");
        await ReplicatedFolder.SyncAsync(database);
        if (stopsInOrder)
            await folder.StopAsync();
        else
            await folder.DropAsync();
        Happen(what, application, folder.PathOf(Name));
        await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
        var newest = (await folder.ListAsync(Name, 0))[^1];
        if (what is not "VACUUM")
            Assert.True(newest.SizeBytes < 60_000, $"only what changed is published, not {newest.SizeBytes} bytes");
    }

    private static void Happen(string what, Application application, string path)
    {
        // Each value is new: SQLite does not write a page for a value that is there already.
        var changes = 0;
        void Change(int times)
        {
            for (var i = 0; i < times; i++)
                application.Sql($"UPDATE t SET v = 'never seen {changes++}' WHERE id = {10 + i}");
        }
        void Checkpoint(string mode) => Assert.Equal("0", application.Sql($"PRAGMA wal_checkpoint({mode})")[0].Split('\t')[0]);
        var frames = FramesOf(application, path);
        switch (what)
        {
            case "more frames, a complete checkpoint, a shorter generation":
                Change(20);
                Checkpoint("RESTART");
                Change(1);
                break;
            case "more frames, a complete checkpoint, a generation of the same length":
                Change(5);
                Checkpoint("RESTART");
                Change(1);
                WriteUntil(application, path, frames);
                break;
            case "more frames, a complete checkpoint, a longer generation":
                Change(20);
                Checkpoint("RESTART");
                Change(1);
                WriteUntil(application, path, frames + 10);
                break;
            case "two restarts, the second over all of the first":
                Change(10);
                Checkpoint("RESTART");
                Change(3);
                application.Sql("DELETE FROM t WHERE id = 400");
                Checkpoint("RESTART");
                Change(8);
                break;
            case "truncated and written again":
                Change(5);
                Checkpoint("TRUNCATE");
                Change(2);
                break;
            case "truncated twice":
                Change(5);
                Checkpoint("TRUNCATE");
                Change(1);
                Checkpoint("TRUNCATE");
                break;
            case "the last close removed the WAL":
                Change(5);
                application.Sql(".close");
                Assert.False(File.Exists(path + "-wal"));
                break;
            case "the last close removed the WAL and somebody wrote a new one":
                Change(5);
                application.Sql(".close");
                application.Sql(".open");
                Change(2);
                break;
            case "journal mode to DELETE and back":
                Assert.Equal(["delete"], application.Sql("PRAGMA journal_mode=DELETE"));
                Assert.Equal(["wal"], application.Sql("PRAGMA journal_mode=WAL"));
                break;
            case "journal mode to DELETE, written, and back":
                Assert.Equal(["delete"], application.Sql("PRAGMA journal_mode=DELETE"));
                Change(5);
                Assert.Equal(["wal"], application.Sql("PRAGMA journal_mode=WAL"));
                break;
            case "VACUUM":
                application.Sql("DELETE FROM t WHERE id % 3 = 0");
                application.Sql("VACUUM");
                break;
            case "all rows deleted and the file shrunk":
                application.Sql("DELETE FROM t");
                application.Sql("VACUUM");
                Checkpoint("TRUNCATE");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "not written");
        }
    }

    /// <summary>The tail of a WAL that was not synced is gone after a power loss: the database went back behind its replica.</summary>
    [Theory]
    [InlineData("cut")]
    [InlineData("cut, and written again with the same salts to the same length")]
    [InlineData("cut, and written again with the same salts beyond it")]
    [InlineData("torn in the middle")]
    [InlineData("gone")]
    public async Task A_power_loss_that_takes_the_end_of_the_WAL_leaves_the_replica_equal(string what)
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        application.Sql("PRAGMA wal_autocheckpoint=0");
        application.Sql(Rows);
        var database = await folder.BeginAsync(Name);
        // On disk for good; what follows is only in the WAL.
        application.Sql("PRAGMA wal_checkpoint(PASSIVE)");
        for (var i = 0; i < 10; i++)
            application.Sql($"UPDATE t SET v = 'acknowledged {i}' WHERE id = {40 * i + 5}");
        await ReplicatedFolder.SyncAsync(database);
        var position = database.State.Book.Position!.Value;
        var before = database.Snapshot().Txid;
        application.Kill();
        await folder.DropAsync();
        LoseTail(folder.PathOf(Name), what, position);
        using var again = new Application(folder.PathOf(Name));
        if (what.Contains("same length", StringComparison.Ordinal))
        {
            again.Sql("UPDATE t SET v = 'another history' WHERE id = 450");
            WriteUntil(again, folder.PathOf(Name), position.Frame);
            Assert.Equal(position.Salts, SaltsOf(folder.PathOf(Name)));
        }
        else if (what.Contains("beyond", StringComparison.Ordinal))
        {
            for (var i = 0; i < 15; i++)
                again.Sql($"UPDATE t SET v = 'another history' WHERE id = {i + 450}");
            Assert.Equal(position.Salts, SaltsOf(folder.PathOf(Name)));
        }
        database = await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
        // What was acknowledged and taken back stays restorable.
        Assert.Equal("acknowledged 9", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name, before), "SELECT v FROM t WHERE id = 365"));
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
        Assert.True((await folder.ListAsync(Name, 0))[^1].SizeBytes < 60_000, "a resync publishes what differs");
    }

    /// <summary>Measured: what a page difference over a generation that ended publishes is in proportion to what changed.</summary>
    [Fact]
    public async Task A_resync_publishes_the_changed_pages_and_no_other()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql(Rows);
        var database = await folder.BeginAsync(Name);
        await folder.StopAsync();
        application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        var (before, path) = (File.ReadAllBytes(folder.PathOf(Name)), folder.PathOf(Name));
        application.Sql("UPDATE t SET v = hex(randomblob(1000)) WHERE id IN (50, 200, 350)");
        application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        var after = File.ReadAllBytes(path);
        var changed = Enumerable.Range(0, after.Length / 4096).Where(i => !before.AsSpan(i * 4096, 4096).SequenceEqual(after.AsSpan(i * 4096, 4096))).Select(i => (uint)(i + 1)).ToList();
        await folder.BeginAsync(Name);
        Assert.Equal(changed, await folder.PagesOfAsync(Name, (await folder.ListAsync(Name, 0))[^1]));
        Assert.Equal(1, folder.Store!.Resyncs.Values.Sum());
    }

    /// <summary>Commits of one frame each, up to exactly so many frames in the WAL.</summary>
    private static void WriteUntil(Application application, string path, uint frames)
    {
        for (var i = 100_000; FramesOf(application, path) < frames; i++)
            application.Sql($"UPDATE t SET v = 'history {i}' WHERE id = 450");
        Assert.Equal(frames, FramesOf(application, path));
    }

    private static uint FramesOf(Application application, string path)
    {
        application.Sql("SELECT 1 FROM t LIMIT 1");
        using var connection = EngineConnection.Open(path);
        connection.BeginMark();
        return connection.WalIndex.Read()!.Value.MxFrame;
    }

    private static WalSalts SaltsOf(string path)
    {
        var bytes = new byte[WalHeader.SizeBytes];
        using var wal = File.Open(path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        wal.ReadExactly(bytes);
        Assert.True(WalHeader.TryParse(bytes, out var header));
        return header.Salts;
    }

    private static void LoseTail(string path, string what, WalPosition position)
    {
        File.Delete(path + "-shm");
        using var wal = File.Open(path + "-wal", FileMode.Open, FileAccess.ReadWrite);
        var keep = WalFrameHeader.OffsetOf(position.Frame - 5, 4096);
        if (what == "torn in the middle")
        {
            // A hole in the tail, frames of the right salts behind it.
            wal.Position = keep + 100;
            wal.Write(new byte[3000]);
            return;
        }
        wal.SetLength(what == "gone" ? 0 : keep);
    }
}

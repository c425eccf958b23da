using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Restore;

/// <summary>Any state of a database comes back, byte by byte and proven.</summary>
public sealed class RestorerTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task Every_transaction_restores_to_its_bytes(int pageSize)
    {
        using var history = Busy(pageSize);
        await AssertEveryStateAsync(history);
        using var target = new RestoreTarget();
        Assert.Equal(history.Newest, (await target.Restore(history.Storage)).Txid);
    }

    [Fact]
    public async Task A_timestamp_restores_the_newest_state_strictly_before_it()
    {
        using var history = Busy();
        using var target = new RestoreTarget();
        Assert.Equal(new Txid(3), (await target.Restore(history.Storage, before: History.TimeOf(4))).Txid);
        Assert.Equal(new Txid(4), (await target.Restore(history.Storage, before: History.TimeOf(4).AddMilliseconds(1))).Txid);
        Assert.Equal(history.StateAt(4), target.Bytes);
        Assert.Equal(history.Newest, (await target.Restore(history.Storage, before: History.Start.AddDays(1))).Txid);
    }

    [Fact]
    public async Task A_timestamp_means_the_same_in_a_copy_that_lost_the_files_times()
    {
        using var history = Busy();
        foreach (var path in Directory.GetFiles(history.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(path, History.Start.AddHours(-1).UtcDateTime);
        using var target = new RestoreTarget();
        Assert.Equal(new Txid(4), (await target.Restore(history.Storage, before: History.TimeOf(5))).Txid);
        Assert.Equal(history.StateAt(4), target.Bytes);
    }

    [Fact]
    public async Task A_timestamp_that_nothing_is_older_than_says_which_range_exists()
    {
        using var history = Busy();
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage, target.Options with { Timestamp = History.TimeOf(1) });
        Assert.Contains("2026-05-06T07:00:01.000Z to 2026-05-06T07:00:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timestamp_in_the_future_says_which_range_exists()
    {
        using var history = Busy();
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage, target.Options with { Timestamp = TimeProvider.System.GetUtcNow().AddHours(1) });
        Assert.Contains("2026-05-06T07:00:01.000Z to 2026-05-06T07:00:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shrinking_and_growing_again_leaves_no_page_of_before()
    {
        using var history = new History();
        history.Run("INSERT INTO t SELECT value, randomblob(3000) FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value+1 FROM s LIMIT 200) SELECT * FROM s)")
            .Run("DELETE FROM t WHERE id > 5").Run("VACUUM")
            .Run("INSERT INTO t(v) SELECT randomblob(2000) FROM t, t AS u, t AS w");
        await AssertEveryStateAsync(history);
    }

    [Fact]
    public async Task A_change_of_the_page_size_is_crossed_by_the_image_of_the_new_size()
    {
        using var history = Busy();
        history.Run("PRAGMA page_size=8192; VACUUM").Run("INSERT INTO t(v) VALUES ('after')");
        await AssertEveryStateAsync(history);
    }

    [Fact]
    public async Task Half_compacted_overlapping_and_duplicate_files_restore_to_the_same()
    {
        using var history = Busy();
        history.Publish(1, 2, 4).Publish(1, 3, 6).Publish(2, 1, 4).Publish(3, 1, 4).Publish(9, 1, 3).Delete(0, 2, 2).Delete(0, 4, 4);
        using var target = new RestoreTarget();
        await target.Restore(history.Storage);
        Assert.Equal(history.StateAt(history.Newest.Value), target.Bytes);
        await target.Restore(history.Storage, 3);
        Assert.Equal(history.StateAt(3), target.Bytes);
    }

    [Fact]
    public async Task The_result_is_a_database_that_SQLite_accepts()
    {
        using var history = Busy();
        using var target = new RestoreTarget();
        foreach (var check in (IntegrityCheck[])[IntegrityCheck.Quick, IntegrityCheck.Full])
            await RestoreTarget.Restore(history.Storage, target.Options with { IntegrityCheck = check, Force = true });
        Assert.Equal(["restored.db"], target.Files);
    }

    [Fact]
    public async Task A_database_that_was_damaged_before_it_was_captured_fails_the_check_if_one_is_wanted()
    {
        using var history = Busy();
        var damaged = history.StateAt(history.Newest.Value).ToArray();
        damaged.AsSpan(4096).Fill(0xff);
        history.Capture(damaged);
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage, target.Options with { IntegrityCheck = IntegrityCheck.Quick });
        Assert.Contains("quick_check", error.Message, StringComparison.Ordinal);
        await target.Restore(history.Storage); // what was captured, proven
        Assert.Equal(damaged, target.Bytes);
    }

    [Fact]
    public async Task Progress_grows_to_the_whole()
    {
        using var history = Busy();
        using var target = new RestoreTarget();
        var seen = new List<RestoreProgress>();
        await RestoreTarget.Restore(history.Storage, target.Options, new Listener(seen));
        var pages = history.StateAt(history.Newest.Value).Length / 4096;
        Assert.Equal(seen.Select(p => p.PagesDone).Order(), seen.Select(p => p.PagesDone));
        Assert.Equal((pages, pages), (seen[^1].PagesDone, seen[^1].PagesTotal));
        Assert.True(seen[^1].BytesRead > 0);
    }

    [NeedsRoot]
    public async Task What_root_restores_belongs_to_the_owner_of_the_folder_and_so_do_folders_that_it_makes()
    {
        const uint User = 65534, Group = 65533;
        using var history = Busy();
        using var target = new RestoreTarget();
        var home = Directory.CreateDirectory(target.Path + "-home").FullName;
        Assert.Equal(0, Replication.Owner.Change(home, User, Group));
        // As an application's folder is often found: by another name.
        var link = target.Path + "-link";
        Directory.CreateSymbolicLink(link, home);
        await RestoreTarget.Restore(history.Storage, target.Options with { OutputPath = Path.Combine(link, "app.db") });
        await RestoreTarget.Restore(history.Storage, target.Options with { OutputPath = Path.Combine(home, "new", "newer", "app.db") });
        foreach (var path in (string[])["app.db", "new", "new/newer", "new/newer/app.db"])
            Assert.Equal((User, Group), FileStat.Of(Path.Combine(home, path)) is { } stat ? (stat.Uid, stat.Gid) : default);

        // One that is replaced keeps its own.
        Assert.Equal(0, Replication.Owner.Change(Path.Combine(home, "app.db"), 1, 2));
        await RestoreTarget.Restore(history.Storage, target.Options with { OutputPath = Path.Combine(home, "app.db"), Force = true });
        Assert.Equal((1u, 2u), FileStat.Of(Path.Combine(home, "app.db")) is { } kept ? (kept.Uid, kept.Gid) : default);
    }

    internal static History Busy(int pageSize = 4096, bool withProofs = true)
    {
        var history = new History(pageSize, withProofs);
        return history
            .Run("INSERT INTO t(v) VALUES (randomblob(20000)), ('a'), ('b')")
            .Run("UPDATE t SET v = 'c' WHERE id = 2")
            .Run("INSERT INTO t(v) VALUES (randomblob(40000))")
            .Run("DELETE FROM t WHERE id = 1")
            .Run("UPDATE t SET v = 'd' WHERE id = 3")
            .Run("CREATE INDEX i ON t(v)");
    }

    private sealed class Listener(List<RestoreProgress> seen) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => seen.Add(value);
    }

    private static async Task AssertEveryStateAsync(History history)
    {
        using var target = new RestoreTarget();
        for (ulong txid = 1; txid <= history.Newest.Value; txid++)
        {
            var result = await target.Restore(history.Storage, txid);
            Assert.Equal(history.StateAt(txid), target.Bytes);
            Assert.Equal((new Txid(txid), History.TimeOf(txid), ProofKind.Sum), (result.Txid, result.Timestamp, result.Proof));
        }
    }
}

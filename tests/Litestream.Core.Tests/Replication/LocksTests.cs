using System.Globalization;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>
/// FINDINGS 9e, upstream #1087: closing any descriptor of a database or its -shm drops every lock this process holds on it. Whatever is done while a tenant
/// is open, the kernel must still know our marks.
/// </summary>
public sealed class LocksTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>Everything that touches files while a tenant is hot, each followed by a look at the kernel's list.</summary>
    [Fact]
    public async Task Nothing_done_while_a_tenant_is_open_drops_its_locks()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(300)] } };
        using var application = folder.NewTenant();
        var store = folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        // Written to behind the first look, after which it would be left again.
        await ReplicatedFolder.WriteAsync(application, database, 1);
        AssertMarked(folder, "after the first sync");

        foreach (var seen in Enum.GetValues<FileEvent>())
            database.Notice(seen);
        await ReplicatedFolder.SyncAsync(database);
        AssertMarked(folder, "after every kind of event");

        FileNames.Link(folder.PathOf(Name), folder.PathOf("second"));
        var second = store.Register(folder.PathOf("second"), "second");
        await ReplicatedFolder.WaitAsync(() => { second.Notice(FileEvent.Wal); return second.Snapshot().Status == DatabaseStatus.Error; }, "the hard link is refused");
        AssertMarked(folder, "after a hard link was looked at");
        File.Delete(folder.PathOf("second"));
        second.Notice(FileEvent.Appeared);
        await store.UnregisterAsync(second, default);
        AssertMarked(folder, "after the hard link was let go");

        File.CreateSymbolicLink(folder.PathOf("link"), folder.PathOf(Name));
        var link = store.Register(folder.PathOf("link"), "link");
        await ReplicatedFolder.WaitAsync(() => { link.Notice(FileEvent.Wal); return link.Snapshot().Status == DatabaseStatus.Error; }, "the symbolic link is refused");
        AssertMarked(folder, "after a symbolic link was looked at");

        for (var i = 0; i < 3; i++)
        {
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1000) SELECT i FROM n)");
            await ReplicatedFolder.SyncAsync(database);
            AssertMarked(folder, "after a capture with a checkpoint");
        }

        Assert.False(folder.Store!.Databases.Single(d => d.Name == Name).Snapshot().LagSeconds > 60);
        await ReplicatedFolder.WaitAsync(() => folder.ListAsync(Name, 1).GetAwaiter().GetResult().Count > 1, "a merger");
        AssertMarked(folder, "after a merger");

        Assert.Throws<LitestreamException>(() => Store.Open(folder.Options with { StateDirectory = folder.State }, store.Replicas, TimeProvider.System, folder.Logging));
        AssertMarked(folder, "after a second store was refused");

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        await ReplicatedFolder.SyncAsync(database);
        AssertMarked(folder, "after finalizers ran");
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>A tenant that another one replaces by a rename: settling the first's leftovers must not touch the second's locks.</summary>
    [Fact]
    public async Task Settling_a_tenant_whose_path_leads_to_anothers_file_leaves_that_ones_locks()
    {
        await using var folder = new ReplicatedFolder();
        var store = folder.Open();
        using var application = folder.NewTenant();
        using var other = folder.NewTenant("other");
        var (database, kept) = (folder.Register(Name), folder.Register("other"));
        await ReplicatedFolder.SyncAsync(kept);
        await ReplicatedFolder.SyncAsync(database);
        application.Close();
        // Under the first one's name lies now a second name of the other's file.
        File.Delete(folder.PathOf(Name));
        FileNames.Link(folder.PathOf("other"), folder.PathOf(Name));
        database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Sweep); return database.Snapshot().Status == DatabaseStatus.Error; }, "refused as a second name");
        AssertMarked(folder, "after the leftovers were settled", "other");
        await store.UnregisterAsync(database, default);
        await ReplicatedFolder.SyncAsync(kept);
        await folder.AssertRestoresEqualAsync("other");
    }

    /// <summary>The kernel's list has SQLite's SHARED lock on the database, and a read lock on one of the five marks of the -shm.</summary>
    private static void AssertMarked(ReplicatedFolder folder, string when, string name = Name)
    {
        var main = FileStat.Of(folder.PathOf(name))!.Value.Inode;
        var shm = FileStat.Of(DatabaseFiles.ShmOf(folder.PathOf(name)))!.Value.Inode;
        const long sharedFirst = 0x40000002;
        const long firstMark = 123;
        const long lastMark = 127;
        var held = OwnLocks().ToList();
        Assert.True(held.Contains((main, sharedFirst)), $"no SHARED lock {when}");
        Assert.True(held.Any(l => l.Inode == shm && l.Start is >= firstMark and <= lastMark), $"no mark {when}");
    }

    /// <summary>Lines like <c>12: POSIX  ADVISORY  READ 4711 08:01:131090 124 124</c>.</summary>
    private static IEnumerable<(ulong Inode, long Start)> OwnLocks() =>
        from line in File.ReadAllLines("/proc/locks")
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words is [_, "POSIX", _, _, _, _, _, _] && words[4] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
        select (ulong.Parse(words[5].Split(':')[2], CultureInfo.InvariantCulture), long.Parse(words[6], CultureInfo.InvariantCulture));
}

using System.Globalization;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>A database leaves while applications write to it in every manner that SQLite has: what one of them was told is committed is in the replica.</summary>
public sealed class DepartureUnderLoadTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>Its checkpoint has the lock that only checkpointers take, and waits for the writer lock, which is ours.</summary>
    [Fact]
    public async Task An_application_that_checkpoints_behind_each_commit_is_let_through() => await LeaveAsync(1, ["INSERT INTO t (v) VALUES ({0})", "PRAGMA wal_checkpoint(TRUNCATE)"]);

    [Fact]
    public async Task Five_applications_that_write_at_once_lose_nothing() => await LeaveAsync(5, ["INSERT INTO t (v) VALUES ({0})"]);

    /// <summary>Nothing that an application may ask of a connection that it has open makes its file one that can be written.</summary>
    [Fact]
    public async Task No_pragma_opens_again_what_is_shut()
    {
        await using var folder = new ReplicatedFolder();
        using var writer = folder.NewTenant();
        using var unused = new Application(folder.PathOf(Name));
        using var other = new Application(folder.PathOf(Name));
        other.Sql("SELECT count(*) FROM t");
        foreach (var application in new[] { writer, unused, other })
            application.Sql("PRAGMA busy_timeout=0");
        var database = await folder.BeginAsync(Name);
        writer.Sql("INSERT INTO t (v) VALUES ('the last one')");
        var place = await database.LeaveAsync("01move", "web-2", default);
        (Application Application, string[] Tries)[] all =
            [(writer, ["PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"]), (unused, ["PRAGMA journal_mode=MEMORY"]), (other, ["VACUUM"])];
        foreach (var (application, tries) in all)
        {
            foreach (var statement in tries)
            {
                _ = Record.Exception(() => application.Sql(statement));
                _ = Assert.ThrowsAny<InvalidOperationException>(() => application.Sql("INSERT INTO t (v) VALUES ('lost')"));
            }
        }
        writer.Close();
        unused.Close();
        other.Close();
        Assert.Equal("the last one", ReplicatedFolder.Scalar(place.AsidePath, "SELECT max(v) FROM t"));
    }

    private static async Task LeaveAsync(int writers, string[] statements)
    {
        await using var folder = new ReplicatedFolder();
        using var first = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        var (acknowledged, gate, end) = (new List<int>(), new Lock(), new CancellationTokenSource());
        var (opened, number, refused) = (0, 0, 0);
        var writing = Enumerable.Range(0, writers).Select(w => Task.Run(() =>
        {
            using var application = new Application(folder.PathOf(Name));
            Interlocked.Increment(ref opened);
            while (!end.IsCancellationRequested)
            {
                try
                {
                    var mine = Interlocked.Increment(ref number);
                    foreach (var statement in statements)
                    {
                        _ = application.Sql(string.Format(CultureInfo.InvariantCulture, statement, mine));
                        if (statement == statements.Last(s => !s.StartsWith("PRAGMA", StringComparison.Ordinal)))
                        {
                            lock (gate)
                                acknowledged.Add(mine);
                        }
                    }
                }
                catch (InvalidOperationException error)
                {
                    _ = Record.Exception(() => application.Sql("ROLLBACK"));
                    if (error.Message.Contains("unable to open", StringComparison.Ordinal))
                        Interlocked.Increment(ref refused);
                }
            }
        })).ToList();
        VacatedPlace place;
        try
        {
            await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref opened) == writers && Volatile.Read(ref number) > writers, "all of them write");
            place = await database.LeaveAsync("01move", "web-2", default);
            await ReplicatedFolder.WaitAsync(() => Volatile.Read(ref refused) > writers, "they are refused");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(writing);
        }
        first.Close();
        var restored = await folder.RestoreAsync(Name);
        var there = ReplicatedFolder.Scalar(restored, $"SELECT count(*) FROM t WHERE v IN ({string.Join(',', acknowledged)})");
        Assert.Equal(acknowledged.Count, Convert.ToInt32(there, CultureInfo.InvariantCulture));
        Assert.Equal(place.Txid, (await folder.ListAllAsync(Name)).Max(f => f.MaxTxid));
    }
}

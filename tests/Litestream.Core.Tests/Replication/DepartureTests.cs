using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>A database leaves while applications, other processes, have it open.</summary>
public sealed class DepartureTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Nobody_who_has_it_open_or_opens_it_there_can_commit_behind_its_last_transaction()
    {
        await using var folder = new ReplicatedFolder();
        using var writer = folder.NewTenant();
        using var unused = new Application(folder.PathOf(Name));
        var database = await folder.BeginAsync(Name);
        using var reader = new Application(folder.PathOf(Name));
        writer.Sql("INSERT INTO t (v) VALUES ('the last one')");
        reader.Sql("BEGIN");
        reader.Sql("SELECT count(*) FROM t");

        var place = await database.LeaveAsync("01move", "web-2", default);

        Assert.Equal(["2"], reader.Sql("SELECT count(*) FROM t"));
        foreach (var application in new[] { writer, unused, reader })
        {
            _ = Record.Exception(() => application.Sql("ROLLBACK"));
            foreach (var statement in new[] { "INSERT INTO t (v) VALUES ('lost')", "PRAGMA user_version=7", "BEGIN IMMEDIATE", "SELECT count(*) FROM t", "VACUUM" })
                Assert.Contains("unable to open database file", Assert.Throws<InvalidOperationException>(() => application.Sql(statement)).Message, StringComparison.Ordinal);
        }
        Assert.True(Directory.Exists(folder.PathOf(Name)));
        Assert.Equal((folder.PathOf(Name), "01move", "web-2", database.Snapshot().ReplicatedTxid), (place.Path, place.Id, place.To, place.Txid));
        Assert.Equal(place, VacatedPlace.Find(folder.PathOf(Name)));
        Assert.Equal(DatabaseReason.Released, await ReasonAsync(database));

        // As it was, whole without a WAL, and everything is in the replica.
        Assert.False(File.Exists(place.AsidePath + "-wal"));
        writer.Close();
        unused.Close();
        reader.Close();
        Assert.Equal("the last one", ReplicatedFolder.Scalar(place.AsidePath, "SELECT max(v) FROM t"));
        var restored = await folder.RestoreAsync(Name);
        Assert.Equal(ReplicatedFolder.DumpOf(place.AsidePath), ReplicatedFolder.DumpOf(restored));
        Assert.Equal(place.Txid, (await folder.ListAllAsync(Name)).Max(f => f.MaxTxid));

        Assert.True(VacatedPlace.Clear(place.Path));
        Assert.All(Directory.GetFileSystemEntries(folder.Data), f => Assert.StartsWith(place.AsidePath, f, StringComparison.Ordinal));
    }

    /// <summary>What an old transaction reads keeps the end of the WAL from the file.</summary>
    [Fact]
    public async Task Kept_from_leaving_by_a_reader_or_a_writer_it_stays_and_goes_on()
    {
        await using var folder = new ReplicatedFolder();
        using var writer = folder.NewTenant();
        using var reader = new Application(folder.PathOf(Name));
        var database = await folder.BeginAsync(Name);
        reader.Sql("BEGIN");
        reader.Sql("SELECT count(*) FROM t");
        writer.Sql("INSERT INTO t (v) VALUES ('behind the reader')");

        var busy = await Assert.ThrowsAsync<DatabaseBusyException>(() => database.LeaveAsync("01move", "web-2", default));

        Assert.Contains("reads from it in a transaction that does not end", busy.Message, StringComparison.Ordinal);
        reader.Sql("COMMIT");
        writer.Sql("INSERT INTO t (v) VALUES ('it goes on')");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        using var stop = new CancellationTokenSource();
        writer.Sql("BEGIN IMMEDIATE");
        var waiting = database.LeaveAsync("01move", "web-2", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        writer.Sql("COMMIT");
        Assert.Null(VacatedPlace.FindBegun(folder.PathOf(Name), "01move"));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Data), f => f.Contains(".moved-", StringComparison.Ordinal));
        _ = await database.LeaveAsync("01move", "web-2", default);
    }

    /// <summary>Dead behind the note: who had it open was not shut out yet, and wrote.</summary>
    [Fact]
    public async Task Begun_and_not_shut_it_is_forgotten()
    {
        await using var folder = new ReplicatedFolder();
        using var writer = folder.NewTenant();
        new VacatedPlace(folder.PathOf(Name), "01move", "web-2", new(5), DateTimeOffset.UtcNow).Write();
        writer.Sql("INSERT INTO t (v) VALUES ('meanwhile')");

        Assert.Null(Departure.GoOn(folder.PathOf(Name), "01move"));

        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Data), f => f.Contains(".moved-", StringComparison.Ordinal));
        writer.Sql("INSERT INTO t (v) VALUES ('and on')");
    }

    /// <summary>Dead behind the shutting: it stays shut while an application has it open, whoever else comes; and is gone on with.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Begun_and_shut_it_is_finished(bool walIsMoved)
    {
        await using var folder = new ReplicatedFolder();
        using var writer = folder.NewTenant();
        SqliteForTests.Choose();
        var begun = new VacatedPlace(folder.PathOf(Name), "01move", "web-2", new(5), new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero));
        using (var agent = EngineConnection.Open(folder.PathOf(Name)))
        {
            Assert.True(agent.TryBeginImmediate());
            begun.Write();
            Assert.True(agent.WalIndex.Shut());
        }
        if (walIsMoved)
            Assert.Equal(0, Litestream.Storage.PosixFile.Exchange(folder.PathOf(Name) + "-wal", begun.AsidePath + "-wal"));
        Assert.Throws<InvalidOperationException>(() => writer.Sql("INSERT INTO t (v) VALUES ('refused')"));

        Assert.Equal(begun, Departure.GoOn(folder.PathOf(Name), "01move"));
        Assert.Equal(begun, Departure.GoOn(folder.PathOf(Name), "01move"));

        Assert.Equal(begun, VacatedPlace.Find(folder.PathOf(Name)));
        Assert.Throws<InvalidOperationException>(() => writer.Sql("INSERT INTO t (v) VALUES ('refused')"));
        Assert.True(File.Exists(begun.AsidePath));
    }

    private static async Task<DatabaseReason> ReasonAsync(Database database)
    {
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Paused, "paused");
        return database.Snapshot().Reason;
    }
}

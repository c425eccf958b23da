using System.Diagnostics;
using Litestream.Core.Tests.Replication;
using Litestream.Core.Tests.Storage;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Sqlite;

/// <summary>Changing pages under readers: all of a change or nothing, whoever dies.</summary>
public sealed class ReadReplicaTests : IDisposable
{
    private const int PageSize = 4096;
    private const string Sum = "SELECT count(*) || ' ' || sum(v) FROM t";

    private readonly ScratchFolder _folder = new();
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly string _path;

    public ReadReplicaTests()
    {
        SqliteForTests.Choose();
        _path = _folder["x.db"];
        _before = StateOf("INSERT INTO t(v, filler) SELECT value, randomblob(3000) FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value+1 FROM s LIMIT 50) SELECT * FROM s)");
        _after = StateOf("UPDATE t SET v = v + 1; INSERT INTO t(v, filler) SELECT 1000, randomblob(3000) FROM t");
        PutReplica(_before, txid: 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_reader_sees_each_change_once_it_is_whole()
    {
        using var reader = new Application(_path);
        Assert.Equal(["50 1275"], reader.Sql(Sum));
        using var replica = ReadReplica.TryOpen(_path, 1000, () => { })!;
        Assert.Equal((1u, PageSize, (uint)(_before.Length / PageSize)), (replica.Stamp!.Value, replica.PageSize, replica.PageCount));
        Assert.True(Apply(replica, _after, 2));
        Assert.Equal(["100 51325"], reader.Sql(Sum));
        Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
        Assert.True(Apply(replica, _before, 3)); // smaller again
        Assert.Equal(["50 1275"], reader.Sql(Sum));
        Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
        Assert.Equal(_before.Length, new FileInfo(_path).Length);
    }

    [Fact]
    public void A_reader_in_a_transaction_is_waited_for_and_then_left_alone()
    {
        using var reader = new Application(_path);
        using var replica = ReadReplica.TryOpen(_path, 1000, () => { })!;
        reader.Sql("BEGIN");
        reader.Sql(Sum);
        Assert.False(Apply(replica, _after, 2, patienceMs: 50));
        Assert.Equal(["50 1275"], reader.Sql(Sum));
        using (var second = new Application(_path))
            Assert.Equal(["50 1275"], second.Sql(Sum)); // and others get in
        reader.Sql("COMMIT");
        Assert.True(Apply(replica, _after, 2));
        Assert.Equal(["100 51325"], reader.Sql(Sum));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_who_insists_keeps_new_readers_waiting(bool insists)
    {
        using var reader = new Application(_path);
        using var other = new Application(_path);
        using var replica = ReadReplica.Open(_path, () => { });
        Assert.True(replica.TryBegin(1000));
        Assert.Equal(0, replica.Reader);
        using var batch = new PageBatch(Path.GetTempFileName(), PageSize);
        batch.Add(1, _before.AsSpan(0, PageSize));
        reader.Sql("BEGIN");
        reader.Sql(Sum);
        Assert.Equal(reader.Id, replica.Reader);
        var committing = Task.Run(() => replica.TryCommit(batch, replica.PageCount, 2, patienceMs: 1000, insists));
        var (reads, longest) = (0, TimeSpan.Zero);
        for (; !committing.IsCompleted; reads++)
        {
            var begun = Stopwatch.GetTimestamp();
            other.Sql(Sum); // asks again while it is refused
            longest = Stopwatch.GetElapsedTime(begun) is var took && took > longest ? took : longest;
        }
        Assert.False(await committing);
        Assert.True(insists ? longest > TimeSpan.FromMilliseconds(300) : reads > 1, $"{reads} reads, the longest took {longest}");
        reader.Sql("COMMIT");
        Assert.True(replica.TryCommit(batch, replica.PageCount, 2, patienceMs: 1000, insists));
        Assert.Single(other.Sql(Sum)); // although the transaction has not even ended
        replica.End();
        Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_opens_it_after_we_died_half_way_puts_it_back(bool byUs)
    {
        DieHalfWay();
        if (byUs)
        {
            using var replica = ReadReplica.TryOpen(_path, 1000, () => { })!;
            Assert.Equal((1u, (uint)(_before.Length / PageSize)), (replica.Stamp!.Value, replica.PageCount));
            Assert.True(Apply(replica, _after, 2));
        }
        using var reader = new Application(_path);
        Assert.Equal([byUs ? "100 51325" : "50 1275"], reader.Sql(Sum));
        Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
    }

    [Fact]
    public void A_journal_that_was_not_sealed_changes_nothing()
    {
        using (var journal = RollbackJournal.Create(_path, PageSize, (uint)(_before.Length / PageSize)))
            journal.Add(2, new byte[PageSize]);
        using var reader = new Application(_path);
        Assert.Equal(["50 1275"], reader.Sql(Sum));
        Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
    }

    [Fact]
    public void What_somebody_else_wrote_is_noticed_and_not_overwritten()
    {
        using (var stranger = new Application(_path))
            stranger.Sql("INSERT INTO t(v) VALUES (7)");
        var error = Assert.Throws<LitestreamException>(() => ReadReplica.TryOpen(_path, 1000, () => { }));
        Assert.Contains("somebody wrote to it", error.Message, StringComparison.Ordinal);
        Assert.Contains("-force", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_by_somebody_else_while_it_is_open_is_noticed()
    {
        using var replica = ReadReplica.TryOpen(_path, 1000, () => { })!;
        using (var stranger = new Application(_path))
            stranger.Sql("INSERT INTO t(v) VALUES (7)");
        Assert.Throws<LitestreamException>(() => Apply(replica, _after, 2));
        using var reader = new Application(_path);
        Assert.Equal(["51 1282"], reader.Sql(Sum));
    }

    private static bool Apply(ReadReplica replica, byte[] state, uint txid, int patienceMs = 5000)
    {
        using var batch = new PageBatch(Path.GetTempFileName(), PageSize);
        var before = new byte[PageSize];
        for (var pgno = 1u; pgno <= state.Length / PageSize; pgno++)
        {
            var page = state.AsSpan((int)(pgno - 1) * PageSize, PageSize);
            if (!replica.ReadPage(pgno, before) || !page.SequenceEqual(before))
                batch.Add(pgno, page);
        }
        return replica.TryApply(batch, (uint)(state.Length / PageSize), txid, patienceMs);
    }

    private void DieHalfWay()
    {
        var pages = (uint)(_before.Length / PageSize);
        using (var journal = RollbackJournal.Create(_path, PageSize, pages))
        {
            for (var pgno = 1u; pgno <= pages; pgno++)
                journal.Add(pgno, File.ReadAllBytes(_path).AsSpan((int)(pgno - 1) * PageSize, PageSize));
            journal.Seal();
        }
        using var file = File.OpenWrite(_path);
        file.Write(_after.AsSpan(0, _before.Length / 2));
        file.SetLength(_after.Length);
    }

    private byte[] StateOf(string sql)
    {
        using (var application = new Application(_folder["source.db"]))
        {
            application.Sql("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v, filler)");
            application.Sql(sql);
            application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        return File.ReadAllBytes(_folder["source.db"]);
    }

    private void PutReplica(byte[] state, uint txid)
    {
        var copy = state.ToArray();
        ReadReplicaHeader.Write(copy, txid);
        File.WriteAllBytes(_path, copy);
    }
}

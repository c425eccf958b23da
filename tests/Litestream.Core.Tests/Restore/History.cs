using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Core.Tests.Restore;

/// <summary>
/// The life of a real database and its replica in a folder: after each step its pages are compared with those before and the difference is
/// published, as the engine would. Remembers the bytes of every state.
/// </summary>
internal sealed class History : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 5, 6, 7, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();
    private readonly List<byte[]> _states = [[]];
    private readonly List<int> _pageSizes = [0];
    private readonly bool _withProofs;

    /// <param name="pageSize">Of the database.</param>
    /// <param name="withProofs">False: files as genuine Litestream writes them.</param>
    public History(int pageSize = 4096, bool withProofs = true)
    {
        SqliteForTests.Choose();
        _withProofs = withProofs;
        Storage = ReplicaRoot.Parse(_folder["replica"]).Open("databases/x");
        Run($"PRAGMA page_size={pageSize}; CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)", level: 1);
        Assert.Equal(pageSize, _pageSizes[1]);
    }

    public IReplicaStorage Storage { get; }

    public string ReplicaFolder => _folder["replica/databases/x/ltx"];

    public Txid Newest => new((ulong)_states.Count - 1);

    /// <summary>The database file as it was at a transaction.</summary>
    public byte[] StateAt(ulong txid) => _states[(int)txid];

    /// <summary>When a transaction was captured: one second apart.</summary>
    public static DateTimeOffset TimeOf(ulong txid) => Start.AddSeconds(txid);

    /// <summary>Lets the application do something and publishes what it changed as the next transaction.</summary>
    public History Run(string sql, int level = 0)
    {
        Execute(sql);
        return Capture(File.ReadAllBytes(_folder["x.db"]), level);
    }

    /// <summary>As <see cref="Run"/>, but nobody ever sees the file as it was: it is gone, or made something else, before it gets its name.</summary>
    public History CaptureHidden(string sql, Action<string>? change = null)
    {
        Execute(sql);
        var state = File.ReadAllBytes(_folder["x.db"]);
        _states.Add(state);
        _pageSizes.Add(PageSizeOf(state));
        return change is null ? this : Publish(0, Newest.Value, Newest.Value, change);
    }

    /// <summary>Publishes a state of the database that no SQLite need have written.</summary>
    public History Capture(byte[] state, int level = 0)
    {
        _states.Add(state);
        _pageSizes.Add(PageSizeOf(state));
        return Publish(level, Newest.Value, Newest.Value);
    }

    /// <summary>Publishes the transactions from <paramref name="min"/> to <paramref name="max"/> as one file.</summary>
    public History Publish(int level, ulong min, ulong max, Action<string>? change = null)
    {
        var pageSize = _pageSizes[(int)max];
        // A file that changes the page size is an image of the new size.
        var before = min == 1 || _pageSizes[(int)min - 1] != pageSize ? [] : StateAt(min - 1);
        var after = StateAt(max);
        var header = new LtxHeader
        {
            PageSize = pageSize,
            Commit = (uint)(after.Length / pageSize),
            MinTxid = new(min),
            MaxTxid = new(max),
            TimestampMs = TimeOf(max).ToUnixTimeMilliseconds(),
            Proof = _withProofs ? new Proof(SumOf(StateAt(min - 1), _pageSizes[(int)min - 1]), SumOf(after, pageSize)) : null,
        };
        var path = _folder["staged"];
        using (var stream = File.Create(path))
        using (var encoder = new LtxEncoder(stream, header))
        {
            foreach (var pgno in ChangedPages(before, after, pageSize))
                encoder.WritePage(pgno, PageOf(after, pgno, pageSize));
            encoder.Finish();
        }
        change?.Invoke(path);
        var file = new LtxFile(level, header.MinTxid, header.MaxTxid, new FileInfo(path).Length, header.Timestamp);
        Assert.True(Storage.PublishAsync(file, path, default).GetAwaiter().GetResult());
        File.Delete(path);
        return this;
    }

    public History Delete(int level, ulong min, ulong max)
    {
        File.Delete(PathOf(level, min, max));
        return this;
    }

    public string PathOf(int level, ulong min, ulong max) => Path.Join(ReplicaFolder, $"{level}", LtxFile.NameOf(new(min), new(max)));

    public void Dispose() => _folder.Dispose();

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder["x.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static IEnumerable<uint> ChangedPages(byte[] before, byte[] after, int pageSize)
    {
        for (uint pgno = 1; pgno <= after.Length / pageSize; pgno++)
        {
            if (pgno != LockPage.Of(pageSize)
                && (pgno > before.Length / pageSize || !PageOf(before, pgno, pageSize).SequenceEqual(PageOf(after, pgno, pageSize))))
                yield return pgno;
        }
    }

    private static ulong SumOf(byte[] state, int pageSize)
    {
        var sum = 0UL;
        for (uint pgno = 1; pageSize > 0 && pgno <= state.Length / pageSize; pgno++)
            sum += pgno == LockPage.Of(pageSize) ? 0 : PageSum.Of(pgno, PageOf(state, pgno, pageSize));
        return sum;
    }

    private static ReadOnlySpan<byte> PageOf(byte[] state, uint pgno, int pageSize) => state.AsSpan((int)(pgno - 1) * pageSize, pageSize);

    private static int PageSizeOf(byte[] state) => (state[16] << 8 | state[17]) is 1 ? 65536 : state[16] << 8 | state[17];
}

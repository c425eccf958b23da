using System.Diagnostics;
using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Embedder;

/// <summary>
/// Writers on threads of this process, as rude as applications are: one that stays connected, one that opens and closes for each row, one from the
/// provider's pool that checkpoints. Says what is committed and what is synced, line by line, and watches its locks.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly string[] Checkpoints = ["PASSIVE", "RESTART", "TRUNCATE"];

    private readonly Store _store;
    private readonly Database _database;
    private readonly int _seed;
    private readonly long[] _committed = new long[3];
    private readonly CancellationTokenSource _end = new();

    private Load(Store store, Database database, int seed) => (_store, _database, _seed) = (store, database, seed);

    public static async Task<Load> OpenAsync(string path, string replica, string state, int seed)
    {
        // Short times: it is to cool, wake and lock as often as can be.
        var options = new StoreOptions { StateDirectory = state, SyncInterval = TimeSpan.FromMilliseconds(50), QuietTime = TimeSpan.FromMilliseconds(200) };
        var store = Store.Open(options, [ReplicaRoot.Parse(replica)]);
        store.StateChanged += (_, change) => Say($"state {change.Before} {change.Status} {change.Reason} {change.Detail}");
        return new(store, await store.OpenAsync(path, default), seed);
    }

    public async Task RunAsync(TimeSpan time)
    {
        using var kept = Connect(pooling: false);
        kept.Run("PRAGMA journal_mode=WAL");
        kept.Run("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, writer INTEGER NOT NULL, n INTEGER NOT NULL, v)");
        for (var writer = 0; writer < 3; writer++)
            _committed[writer] = Convert.ToInt64(kept.Ask($"SELECT coalesce(max(n), 0) FROM t WHERE writer = {writer}"));
        var locks = new Locks(_database.Path);
        _end.CancelAfter(time);
        await Task.WhenAll(
            Task.Run(() => WriteKept(kept, locks)), Task.Run(WriteOpening), Task.Run(WritePooled), Task.Run(SyncAsync));
        kept.Dispose();
        SqliteConnection.ClearAllPools();
        Say($"rows {_committed.Sum()}");
        Say(await _store.StopAsync(default) ? "stopped" : "not everything is in the replica");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    /// <summary>Its connection keeps SQLite's SHARED lock from here on, and a mark while it reads: whatever else in this process opens and closes.</summary>
    private void WriteKept(SqliteConnection kept, Locks locks)
    {
        var random = new Random(_seed);
        while (!_end.IsCancellationRequested)
        {
            Insert(kept, 0);
            locks.MustHaveShared();
            kept.Run("BEGIN");
            kept.Ask("SELECT count(*) FROM t");
            locks.MustHaveMark();
            kept.Run("COMMIT");
            Thread.Sleep(random.Next(0, random.Next(4) == 0 ? 600 : 20));
        }
    }

    private void WriteOpening()
    {
        var random = new Random(_seed + 1);
        while (!_end.IsCancellationRequested)
        {
            using (var connection = Connect(pooling: false))
                Insert(connection, 1);
            Thread.Sleep(random.Next(0, random.Next(4) == 0 ? 600 : 20));
        }
    }

    private void WritePooled()
    {
        var random = new Random(_seed + 2);
        while (!_end.IsCancellationRequested)
        {
            using (var connection = Connect(pooling: true))
            {
                Insert(connection, 2);
                if (random.Next(10) == 0)
                    connection.Ask($"PRAGMA wal_checkpoint({Checkpoints[random.Next(Checkpoints.Length)]})");
                if (random.Next(100) == 0)
                    connection.Run("DELETE FROM t WHERE v IS NULL; VACUUM");
            }
            Thread.Sleep(random.Next(0, random.Next(4) == 0 ? 600 : 20));
        }
    }

    private async Task SyncAsync()
    {
        var random = new Random(_seed + 3);
        while (!_end.IsCancellationRequested)
        {
            var committed = Enumerable.Range(0, 3).Select(i => Volatile.Read(ref _committed[i])).ToArray();
            var begun = Stopwatch.GetTimestamp();
            var txid = await _database.SyncAsync(default);
            Say($"synced {txid} {string.Join(' ', committed)} {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0}");
            await Task.Delay(random.Next(0, 200));
        }
    }

    private void Insert(SqliteConnection connection, int writer)
    {
        var next = _committed[writer] + 1;
        connection.Run($"INSERT INTO t (writer, n, v) VALUES ({writer}, {next}, hex(randomblob(300)))");
        Volatile.Write(ref _committed[writer], next);
    }

    private SqliteConnection Connect(bool pooling)
    {
        var connection = new SqliteConnection($"Data Source={_database.Path};Pooling={pooling}");
        // It waits for locks by itself, up to its command timeout of 30 s; the bundled SQLite's own busy_timeout sleeps whole seconds.
        connection.Open();
        return connection;
    }

    private static void Say(string line)
    {
        lock (Checkpoints)
            Console.WriteLine(line);
    }
}

using System.Diagnostics;
using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Embedder;

/// <summary>
/// An application that puts another database in the place of one that the engine in its own process has open. Says what stands there afterwards, and what
/// it was given to read.
/// </summary>
internal sealed class Exchange(string path, string replica, string state)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _next = path + ".next";
    private readonly string _aside = path + ".aside";

    /// <summary>
    /// <c>renamed</c>, <c>aside</c> (the old one keeps another name), <c>connected</c> (one of our connections stays on the old one): nobody told the engine.
    /// <c>told-renamed</c>, <c>told-copied</c>: let go before.
    /// </summary>
    public async Task RunAsync(string how)
    {
        await using var store = Store.Open(new() { StateDirectory = state, SyncInterval = TimeSpan.FromMilliseconds(50) }, [ReplicaRoot.Parse(replica)]);
        var database = await store.OpenAsync(path, default);
        Prepare(_next, "CREATE TABLE fresh (v); INSERT INTO fresh VALUES (hex(randomblob(20000)))");
        var old = Prepare(path, "PRAGMA journal_mode=WAL; CREATE TABLE secret (v); INSERT INTO secret VALUES (hex(randomblob(20000)))", keep: true);
        await database.SyncAsync(default);
        old.Run("INSERT INTO secret VALUES ('the last one')");
        Console.WriteLine($"synced {await database.SyncAsync(default)}");
        if (how != "connected")
            old.Dispose();

        if (how.StartsWith("told-", StringComparison.Ordinal))
            await store.UnregisterAsync(database, default);
        else
            Console.WriteLine($"hot {database.Snapshot().IsHot} {File.Exists(path + "-wal")}");
        if (how == "aside")
            File.Move(path, _aside);
        if (how == "told-copied")
            File.Copy(_next, path, overwrite: true);
        else
            File.Move(_next, path, overwrite: true);

        // Told, the new one can be opened at once. Else it takes a look of the engine's until the old one's WAL is away.
        if (how.StartsWith("told-", StringComparison.Ordinal))
            database = await store.OpenAsync(path, default);
        else
            Console.WriteLine($"settled {await ComesTrueAsync(() => database.Snapshot() is { Txid: var now, ReplicatedTxid: var there } && now == there && IsSettled())}");

        using (var connection = Connect(path))
        {
            Console.WriteLine($"tables {connection.Ask("SELECT group_concat(name) FROM sqlite_schema")}");
            connection.Run("INSERT INTO fresh VALUES ('a new one')");
            await database.SyncAsync(default);
            Console.WriteLine($"integrity {connection.Ask("PRAGMA integrity_check")}");
        }
        old.Dispose();
        using (var connection = Connect(path))
            Console.WriteLine($"rows {connection.Ask("SELECT count(*) FROM fresh")}");
        if (how == "aside")
        {
            using var connection = Connect(_aside);
            Console.WriteLine($"aside {connection.Ask("SELECT count(*) FROM secret")} {connection.Ask("PRAGMA integrity_check")}");
        }
        Console.WriteLine(await store.StopAsync(default) ? "stopped" : "not everything is in the replica");
    }

    /// <summary>No WAL, or one that came with the new file.</summary>
    private bool IsSettled() => !File.Exists(path + "-wal");

    private static async Task<bool> ComesTrueAsync(Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                return false;
            await Task.Delay(10);
        }
        return true;
    }

    private static SqliteConnection Prepare(string file, string sql, bool keep = false)
    {
        var connection = Connect(file, create: true);
        connection.Run(sql);
        if (!keep)
            connection.Dispose();
        return connection;
    }

    private static SqliteConnection Connect(string file, bool create = false)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode={(create ? "ReadWriteCreate" : "ReadWrite")}");
        connection.Open();
        return connection;
    }
}

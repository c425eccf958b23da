using System.Diagnostics;
using System.Globalization;
using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Replication;

/// <summary>A folder of databases, a store that replicates them, and a replica; the store can be stopped, killed off and opened again.</summary>
internal sealed class ReplicatedFolder : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The tenant of most tests.</summary>
    public const string Name = "12345678-1234-5678-9abc-123456789012";

    private readonly ScratchFolder _scratch = new();

    /// <summary>Where these three are, when a test wants them elsewhere.</summary>
    public string? DataAt { get; init; }

    public string? StateAt { get; set; }

    public string? BackupsAt { get; init; }

    public string Data => DataAt ?? Folder("data");

    public string State => StateAt ?? Folder("state");

    public string Backups => BackupsAt ?? Folder("backups");

    /// <summary>The agent's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What the agent says.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    public Store? Store { get; private set; }

    public StoreOptions Options { get; set; } = new() { StateDirectory = "", SyncInterval = TimeSpan.FromMilliseconds(50), QuietTime = TimeSpan.FromMinutes(5) };

    public Store Open()
    {
        SqliteForTests.Choose();
        return Store = Store.Open(Options with { StateDirectory = State }, [Root, .. OtherRoots], Time, Logging);
    }

    /// <summary>A tenant's program with a table <c>t</c>; its first statement may choose a page size.</summary>
    public Application NewTenant(string name = Name, string pragma = "PRAGMA page_size=4096")
    {
        var application = new Application(PathOf(name));
        application.Sql(pragma);
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        application.Sql("INSERT INTO t (v) VALUES ('first')");
        return application;
    }

    /// <summary>A database in rollback mode whose program has ended.</summary>
    public void CreateInRollbackMode(string name)
    {
        using var application = new Application(PathOf(name));
        application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    }

    /// <summary>Another replica than the folder.</summary>
    public ReplicaRoot? RootAt { get; init; }

    /// <summary>More replicas, behind the first.</summary>
    public IReadOnlyList<ReplicaRoot> OtherRoots { get; set; } = [];

    private ReplicaRoot Root => RootAt ?? ReplicaRoot.Parse("file://" + Backups);

    /// <summary>The folder of a level in the replica of a database.</summary>
    public string LevelOf(string name, string level) => Path.Combine(Backups, "databases", name, "ltx", level);

    public string PathOf(string name) => Path.Combine(Data, name + ".db");

    public Database Register(string name) => Store!.Register(PathOf(name), name);

    /// <summary>Opens the store; the tenant is registered and everything in it is in the replica.</summary>
    public async Task<Database> BeginAsync(string name)
    {
        Open();
        var database = Register(name);
        await SyncAsync(database);
        return database;
    }

    /// <summary>Stops as a shutdown does.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await Store!.StopAsync(patience.Token);
        await Store.DisposeAsync();
        Store = null;
    }

    /// <summary>Ends without a last sync.</summary>
    public async Task DropAsync()
    {
        await Store!.DisposeAsync();
        Store = null;
    }

    public static async Task SyncAsync(Database database)
    {
        database.Notice(FileEvent.Wal);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await database.SyncAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not synced in {Patience}: {database.Snapshot()}");
        }
    }

    /// <summary>Rows of random content, twice as long as <paramref name="bytes"/>, each synced before the next.</summary>
    public static async Task WriteAsync(Application application, Database database, int rows, int bytes = 500)
    {
        for (var i = 0; i < rows; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES (hex(randomblob({bytes})))");
            await SyncAsync(database);
        }
    }

    /// <summary>Nothing waits. An answered sync is ahead of the deletion of what was sent.</summary>
    public Task SpoolIsEmptyAsync() => WaitAsync(() => Directory.GetFiles(Path.Combine(State, "spool")).Length == 0, "an empty spool");

    public static Task WaitAsync(Func<bool> condition, string what) => WaitAsync(condition, () => what);

    public static async Task WaitAsync(Func<bool> condition, Func<string> what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"waited in vain: {what()}");
            await Task.Delay(5);
        }
    }

    public IReplicaStorage StorageOf(string name) => Root.Open(Root.PathOf(name));

    public async Task<IReadOnlyList<LtxFile>> ListAsync(string name, int level)
    {
        var files = new List<LtxFile>();
        await foreach (var file in StorageOf(name).ListAsync(level, default))
            files.Add(file);
        return files;
    }

    /// <summary>All files of the replica, by level.</summary>
    public Task<IReadOnlyList<LtxFile>> ListAllAsync(string name) => ReplicaListing.ReadAsync(StorageOf(name), default);

    /// <summary>Which pages a file of the replica holds, ascending.</summary>
    public async Task<IReadOnlyList<uint>> PagesOfAsync(string name, LtxFile file)
    {
        await using var stream = await StorageOf(name).OpenAsync(file, default);
        using var decoder = new LtxDecoder(stream, file.Name);
        var (page, pages) = (new byte[decoder.Header.PageSize], new List<uint>());
        while (decoder.ReadPage(page, out var pgno))
            pages.Add(pgno);
        return pages;
    }

    /// <summary>Restores the newest state, or that of a transaction, and answers the database's path. Proves the sum.</summary>
    public Task<string> RestoreAsync(string name, Txid? txid = null) => RestoreAtAsync(name, new(txid, null));

    public async Task<string> RestoreAtAsync(string name, ChainTarget target)
    {
        var storage = StorageOf(name);
        var chain = ChainPlanner.Choose(await ReplicaListing.ReadAsync(storage, default), target, storage.Url);
        var reader = await ChainReader.OpenAsync(storage, chain, 1, default);
        await reader.VerifyAsync(default);
        var path = Path.Combine(Folder("restored"), $"{name}-{Guid.NewGuid():N}.db");
        var sum = 0UL;
        await using (var output = File.Create(path))
        {
            output.SetLength((long)reader.Newest.Commit * reader.Newest.PageSize);
            await reader.ReadPagesAsync((first, pages) =>
            {
                output.Position = (first - 1L) * reader.Newest.PageSize;
                output.Write(pages);
                for (var i = 0; i < pages.Length / reader.Newest.PageSize; i++)
                    sum += PageSum.Of(first + (uint)i, pages.Slice(i * reader.Newest.PageSize, reader.Newest.PageSize));
            }, default);
        }
        Assert.Equal(reader.Newest.Proof!.Value.Post, sum);
        return path;
    }

    /// <summary>Restores the newest state and compares its content with the source's; both must be sound.</summary>
    public async Task AssertRestoresEqualAsync(string name)
    {
        var restored = await RestoreAsync(name);
        Assert.Equal("ok", Scalar(restored, "PRAGMA integrity_check"));
        Assert.Equal(DumpOf(PathOf(name)), DumpOf(restored));
    }

    public static string DumpOf(string path)
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "Litestream.Writer.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [writer, "dump", path]) { RedirectStandardOutput = true })!;
        var dump = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return dump.Replace(path, "");
    }

    public static string? Scalar(string path, string sql)
    {
        SqliteForTests.Choose();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    /// <summary>The first row of a query, as text.</summary>
    public static IReadOnlyList<string> Row(string path, string sql)
    {
        SqliteForTests.Choose();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)!)];
    }

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
            await DropAsync();
        _scratch.Dispose();
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_scratch.Path, name)).FullName;
}

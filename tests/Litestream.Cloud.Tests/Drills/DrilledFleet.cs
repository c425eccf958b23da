using Litestream.Cloud.Configuration;
using Litestream.Cloud.Drills;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Storage;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.Cloud.Tests.Drills;

/// <summary>A fleet whose tenants have replicas that the engine made, in a folder, and workers over the same table.</summary>
internal sealed class DrilledFleet : IAsyncDisposable
{
    private readonly List<WebApplication> _workers = [];

    private DrilledFleet(SeededFleet seeded, LaterTime time) => (Seeded, Time) = (seeded, time);

    public SeededFleet Seeded { get; }

    public LaterTime Time { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("litestream-drills-").FullName;

    public TableServer Table => Seeded.Cloud.Table;

    public static async Task<DrilledFleet> StartAsync()
    {
        var time = new LaterTime();
        return new(await SeededFleet.StartAsync(time: time), time);
    }

    /// <summary>Not started: a round is asked for where a test wants one.</summary>
    public DrillRound Worker(string name = "worker-1", Func<WorkerOptions, WorkerOptions>? change = null, string? s3Endpoint = null)
    {
        var options = new WorkerOptions { Name = name, Scratch = Path.Combine(Folder, "scratch") };
        var worker = CloudApplication.Build(RunningCloud.Options(Table) with { Worker = change?.Invoke(options) ?? options, S3Endpoint = s3Endpoint }, Time);
        _workers.Add(worker);
        return worker.Services.GetRequiredService<DrillRound>();
    }

    public Task<RoundReport> RoundAsync(DrillRound worker, CancellationToken stop = default) => worker.RunAsync(Time.GetUtcNow().AddMinutes(10), stop);

    /// <summary>Later, and web-1 still lives.</summary>
    public void Skip(TimeSpan time)
    {
        Time.Skip(time);
        if (Find(FleetKeys.Host("web-1")) is not null)
            Seeded.Put(HostDigestItem.Write(FleetItems.Host("web-1", Time.GetUtcNow())));
    }

    /// <summary>As its agent would describe it an hour ago.</summary>
    public async Task<IReadOnlyList<TenantRecord>> ReplicateAsync(int tenants, int commits = 3)
    {
        var made = new List<TenantRecord>();
        await using var store = Store.Open(new() { StateDirectory = Path.Combine(Folder, $"state-{Guid.NewGuid():n}") }, [ReplicaRoot.Parse($"file://{Folder}/backups")]);
        for (var i = 0; i < tenants; i++)
        {
            var id = Guid.NewGuid();
            var path = Path.Combine(Folder, $"{id}.db");
            using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            Run(connection, "PRAGMA journal_mode=WAL; CREATE TABLE t (x)");
            var database = await store.OpenAsync(path, default);
            var txid = "";
            for (var commit = 0; commit < commits; commit++)
            {
                Run(connection, "INSERT INTO t VALUES (randomblob(9000))");
                txid = (await database.SyncAsync(default)).ToString();
            }
            made.Add(Seeded.Tenant("web-1", t => t with
            {
                Tenant = id,
                Replica = $"file://{Folder}/backups/databases/{id}",
                Path = path,
                Txid = txid,
                ReplicatedTxid = txid,
                SizeBytes = new FileInfo(path).Length,
                PageSize = 4096,
                UpdatedAt = ItemTime.Rounded(Time.GetUtcNow().AddHours(-1)),
                LagLimitSeconds = 300,
            }));
        }
        await store.StopAsync(default);
        return made;

        static void Run(SqliteConnection connection, string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Those that end with its newest transaction, whose pages no other has.</summary>
    public IReadOnlyList<string> NewestFiles(TenantRecord tenant) => [.. LtxFiles(tenant).Where(f => f.EndsWith($"-{tenant.ReplicatedTxid}.ltx", StringComparison.Ordinal))];

    public IReadOnlyList<string> LtxFiles(TenantRecord tenant) => [.. Directory.GetFiles(Path.Combine(Folder, "backups", "databases", $"{tenant.Tenant}", "ltx"), "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>As a disk would: some bytes in the middle are others.</summary>
    public static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        for (var i = 0; i < 8; i++)
            bytes[(bytes.Length / 2) + i] ^= 0xff;
        File.WriteAllBytes(file, bytes);
    }

    public TenantRecord Tenant(Guid tenant) => TenantItem.Read(Find(FleetKeys.Tenant(tenant))!);

    public IReadOnlyList<ProofRecord> Proofs(Guid tenant) => [.. Table.All(FleetKeys.ProofPrefix + FleetKeys.SliceOf(tenant)).Select(Read).Select(ProofItem.Read).Where(p => p.Tenant == tenant).OrderBy(p => p.At)];

    public SliceRecord Slice(Guid tenant) => SliceItem.Read(Find(FleetKeys.Slice(Convert.ToInt32(FleetKeys.SliceOf(tenant), 16)))!);

    public Item? Find(ItemKey key) => Table.Find(key.Partition, key.Sort) is { } values ? Read(values) : null;

    public bool HasScratch => Directory.Exists(Path.Combine(Folder, "scratch")) && Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "scratch")).Any();

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        await Seeded.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static Item Read(IReadOnlyDictionary<string, TableValue> values)
    {
        var item = new Item();
        foreach (var (name, value) in values)
            item.Add(name, value.IsNumber ? ItemValue.OfNumberText(value.Text) : ItemValue.Of(value.Text));
        return item;
    }
}

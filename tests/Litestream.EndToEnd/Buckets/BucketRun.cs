using System.Globalization;
using Amazon.S3;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Buckets;

/// <summary>Tenants on a real object store with an application that writes to all of them, for tests that spoil something meanwhile.</summary>
internal sealed class BucketRun : IDisposable
{
    public const string Bucket = "fleet";

    private readonly List<Tenant> _tenants = [];
    private readonly Dictionary<string, long> _requests = [];
    private int _synced;

    public BucketRun()
    {
        Ceph = CephServer.Start(keeps: true);
        UseStoreAt(Ceph.Port);
    }

    public Sandbox Sandbox { get; } = new();

    public CephServer Ceph { get; }

    public IReadOnlyList<Tenant> Tenants => _tenants;

    /// <summary>Syncs that an agent answered.</summary>
    public int Synced => _synced;

    /// <summary>By all agents of this run, by kind.</summary>
    public string Requests => string.Join(' ', _requests.Select(r => $"{r.Key}={r.Value}"));

    /// <summary>The way to the bucket: the store itself, or something before it.</summary>
    public void UseStoreAt(int port) => Sandbox.UseBucket(
        $"s3://{Bucket}?endpoint=http://127.0.0.1:{port}&region=us-east-1&forcePathStyle=true", CephServer.AccessKeyId, CephServer.SecretAccessKey);

    public async Task CreateBucketAsync()
    {
        using var client = Client();
        await client.PutBucketAsync(Bucket);
    }

    /// <summary>The first thousand objects.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        using var client = Client();
        return [.. (await client.ListObjectsV2Async(new() { BucketName = Bucket })).S3Objects.Select(o => o.Key)];
    }

    public async Task CreateTenantsAsync(int count)
    {
        for (var i = 0; i < count; i++)
            _tenants.Add(Sandbox.NewTenant());
        (await WriterProgram.RunAsync(Sandbox, ["create", .. _tenants.Select(t => t.Path), "-rows", "50"])).MustSucceed();
    }

    public Task<RunningAgent> StartAgentAsync() =>
        RunningAgent.StartAsync(Sandbox, "-sync-interval", "300ms", "-level-intervals", "3s,10s,1h", "-l0-retention", "15s", "-snapshot-interval", "20s");

    public ChildProcess StartWriter(double seconds, int rate, int seed)
    {
        var list = Path.Combine(Sandbox.Root, "tenants.list");
        File.WriteAllLines(list, _tenants.Select(t => t.Path));
        return WriterProgram.Start(Sandbox, "write", "-list", list, "-seed", $"{seed}", "-session", "mixed", "-rate", $"{rate}",
            "-seconds", seconds.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The number behind a name in the writer's last line.</summary>
    public static long Written(ChildProcess writer) => long.Parse(
        writer.Said.Split([' ', '\n']).Last(word => word.StartsWith("transactions=", StringComparison.Ordinal))["transactions=".Length..], CultureInfo.InvariantCulture);

    /// <summary>Asks for syncs of tenants, one after the other, until it is stopped. What is answered is counted.</summary>
    public async Task SyncOnAndOnAsync(Func<RunningAgent> agent, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            if (await agent().TrySyncAsync(_tenants[i % _tenants.Count].Id, TimeSpan.FromSeconds(5)))
                _synced++;
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Adds what an agent has asked for so far; call it before it ends.</summary>
    public async Task CountAsync(RunningAgent agent)
    {
        foreach (var (operation, count) in (await agent.StatusAsync()).Requests)
            _requests[operation] = _requests.GetValueOrDefault(operation) + count;
    }

    /// <summary>Every tenant is synced when this completes.</summary>
    public Task CatchUpAsync(RunningAgent agent) => Parallel.ForEachAsync(_tenants, async (tenant, _) =>
        await Eventually.TrueAsync(() => agent.TrySyncAsync(tenant.Id, TimeSpan.FromSeconds(60)), () => $"{tenant.Id} catches up\n{agent.Said}", TimeSpan.FromMinutes(3)));

    /// <summary>Straight from the store: every tenant restores to what its application has, and no transaction is there twice or missing.</summary>
    public async Task EveryTenantRestoresEqualAsync(RunningAgent agent)
    {
        UseStoreAt(Ceph.Port);
        await Parallel.ForEachAsync(_tenants, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (tenant, _) =>
        {
            await tenant.ReplicaEqualsAsync(agent);
            await tenant.ChainIsWholeAsync();
        });
    }

    public void Dispose()
    {
        Sandbox.Dispose();
        Ceph.Dispose();
    }

    private AmazonS3Client Client() => new(CephServer.AccessKeyId, CephServer.SecretAccessKey,
        new AmazonS3Config { ServiceURL = Ceph.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
}

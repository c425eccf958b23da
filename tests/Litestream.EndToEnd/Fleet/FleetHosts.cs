using System.Buffers.Binary;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Agents as processes, each a host with folder and state of its own, on one table by others and one store.</summary>
internal sealed class FleetHosts : IDisposable
{
    /// <summary>Ten of them are the lease.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int NodeIdAt = 72;
    private readonly Dynalite _server;

    private readonly BucketFiles? _bucket;

    private readonly CommandDesk _desk;

    private FleetHosts(Dynalite server, BucketFiles? bucket)
    {
        (_server, _bucket, Table) = (server, bucket, new(server.Endpoint, "fleet"));
        _desk = new(Table);
    }

    public Sandbox Sandbox { get; } = new();

    public RawTable Table { get; }

    /// <param name="inBucket">The store is a real object store, not a folder.</param>
    public static async Task<FleetHosts> BeginAsync(bool inBucket = false)
    {
        var hosts = new FleetHosts(await Dynalite.StartAsync(), inBucket ? await BucketFiles.BeginAsync() : null);
        hosts._bucket?.Use(hosts.Sandbox);
        await hosts.Table.CreateAsync();
        return hosts;
    }

    public void Dispose()
    {
        Sandbox.Dispose();
        Table.Dispose();
        _server.Dispose();
        _bucket?.Dispose();
    }

    public string FolderOf(string host) => Sandbox.Folder(host);

    public string StateOf(string host) => Sandbox.Folder(host + ".state");

    /// <param name="crashAt">A name of FaultPoint.</param>
    /// <param name="more">Flags beside the usual ones.</param>
    public async Task<RunningAgent> StartAsync(string host, string? crashAt = null, params string[] more)
    {
        var before = (await DigestAsync(host))?.LeaseEpoch ?? 0;
        var agent = Launch(host, crashAt, more);
        await Eventually.TrueAsync(async () => await DigestAsync(host) is { State: HostStates.Running } digest && digest.LeaseEpoch > before, () => $"{host} is in the table\n{agent.Said}");
        return agent;
    }

    public async Task<Tenant> CreateTenantAsync(string host)
    {
        var tenant = Sandbox.NewTenant(FolderOf(host));
        await WriterProgram.CreateAsync(Sandbox, tenant.Path, "-rows", "50");
        return tenant;
    }

    /// <summary>The same tenant on another host, as it is now: whole from its first moment on.</summary>
    public async Task<Tenant> CopyAsync(Tenant tenant, Application application, string host)
    {
        var aside = Path.Combine(Sandbox.Folder("aside"), host + ".db");
        await application.ExecuteAsync($"VACUUM INTO '{aside}'");
        var copy = tenant with { Directory = FolderOf(host) };
        File.Move(aside, copy.Path);
        return copy;
    }

    public async Task<HostDigest?> DigestAsync(string host) => await Table.FindAsync(FleetKeys.Host(host)) is { } item ? HostDigestItem.Read(item) : null;

    public async Task<TenantRecord?> TenantAsync(Tenant tenant) => await Table.FindAsync(FleetKeys.Tenant(tenant.Guid)) is { } item ? TenantItem.Read(item) : null;

    public Task<CommandRecord> PutAsync(string host, Tenant tenant, string kind, CommandArguments? arguments = null) => _desk.PutAsync(host, tenant, kind, arguments);

    public Task<CommandRecord> EndOfAsync(CommandRecord command, RunningAgent agent) => _desk.EndOfAsync(command, () => agent.Said);

    public async Task<CommandRecord> RunAsync(string host, RunningAgent agent, Tenant tenant, string kind, CommandArguments? arguments = null) =>
        await EndOfAsync(await PutAsync(host, tenant, kind, arguments), agent);

    public Task OwnerIsAsync(Tenant tenant, string? host, long epoch, string status) => Eventually.PassesAsync(async () =>
    {
        var record = await TenantAsync(tenant);
        Assert.Equal((host, epoch, status), (record?.HostId, record?.Epoch, record?.Status));
    });

    /// <summary>The same wherever the replica is.</summary>
    public async Task<IReadOnlyDictionary<uint, IReadOnlySet<string>>> WritersAsync(Tenant tenant) => _bucket is null ? FilesByWriter(tenant) : ByWriter(await _bucket.WritersAsync(tenant, NodeIdAt));

    /// <summary>Files of the tenant's replica by the agent instance that wrote them; those that go meanwhile are left out.</summary>
    public static IReadOnlyDictionary<uint, IReadOnlySet<string>> FilesByWriter(Tenant tenant)
    {
        var files = new List<(uint Writer, string Name)>();
        foreach (var path in Directory.GetFiles(tenant.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
        {
            try
            {
                using var file = File.OpenRead(path);
                var node = new byte[sizeof(uint)];
                file.Position = NodeIdAt;
                file.ReadExactly(node);
                files.Add((BinaryPrimitives.ReadUInt32BigEndian(node), Path.GetRelativePath(tenant.ReplicaFolder, path)));
            }
            catch (FileNotFoundException)
            {
                // Retention.
            }
        }
        return ByWriter(files);
    }

    private static Dictionary<uint, IReadOnlySet<string>> ByWriter(IEnumerable<(uint Writer, string Name)> files) =>
        files.GroupBy(f => f.Writer).ToDictionary(g => g.Key, g => (IReadOnlySet<string>)g.Select(f => f.Name).ToHashSet());

    /// <summary>L0 goes two seconds after it was merged, which takes no second.</summary>
    private RunningAgent Launch(string host, string? crashAt, string[] more)
    {
        var variables = new Dictionary<string, string>(Table.Variables);
        // The table takes any: the store's count.
        if (_bucket is not null)
            BucketFiles.KeepAccess(variables);
        if (crashAt is not null)
            variables["LITESTREAM_CRASH_AT"] = crashAt;
        return RunningAgent.Launch(Sandbox, variables,
            ["replicate", "-watch-dir", FolderOf(host), "-state-dir", StateOf(host), "-replica", Sandbox.ReplicaUrl, "-host-id", host, "-fleet-table", Table.Name, "-fleet-interval", "1s",
            "-sync-interval", "100ms", "-l0-retention", "2s", "-level-intervals", "500ms,10s,1h", "-sweep-interval", "1s", .. more]);
    }
}

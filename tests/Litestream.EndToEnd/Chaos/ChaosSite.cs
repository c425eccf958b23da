using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos;

/// <summary>All that things can go wrong with: hosts with agents, their applications, one store, one table. And who judges.</summary>
internal sealed class ChaosSite : IAsyncDisposable
{
    private const int HostCount = 3;
    private const int TenantsOfAHost = 3;

    private ChaosSite(ChaosStore store, ChaosTable table, Machine machine, ChaosOptions options, ChaosTotals totals)
    {
        (Store, Table, Machine, Options, Totals) = (store, table, machine, options, totals);
        Commands = new(table.Raw);
        Sandbox.UseBucket(store.StraightUrl, store.AccessKeyId, store.SecretAccessKey);
        // The last one has the small disk, the one before it a disk that can be taken out.
        Hosts = [.. Enumerable.Range(1, HostCount).Select(i => new ChaosHost(this, $"web-{i}",
            i == HostCount && machine.SmallDisk is { } disk ? disk.Path : Sandbox.Folder($"web-{i}.state"),
            i == HostCount - 1 && RemovableDisk.IsPossible ? new(Sandbox.Folder($"web-{i}.disk")) : null))];
        var random = new Random(options.Seed);
        var bytes = new byte[16];
        var tenants = new List<Tenant>();
        for (var i = 0; i < HostCount * TenantsOfAHost; i++)
        {
            random.NextBytes(bytes);
            var host = Hosts[i % HostCount];
            tenants.Add(new(Sandbox, new Guid(bytes), host.Folder, ".db"));
            host.Tenants.Add(tenants[^1]);
        }
        Tenants = tenants;
        var archive = Sandbox.Folder("archive");
        Acks = new(Sandbox.Folder("acks"));
        Judge = new(Sandbox, archive);
        Witness = new(Sandbox, tenants, tenant => [tenant], Judge, archive, totals);
        Writers = new(Sandbox, random, tenants, Acks, archive);
        Overwrites = new(this);
        Api = new(this);
    }

    public Sandbox Sandbox { get; } = new();

    public ChaosStore Store { get; }

    public Machine Machine { get; }

    public ChaosOptions Options { get; }

    public ChaosTotals Totals { get; }

    public ChaosTable Table { get; }

    /// <summary>The fleet's, beside all of it.</summary>
    public ChaosApi Api { get; }

    public CommandDesk Commands { get; }

    public IReadOnlyList<ChaosHost> Hosts { get; }

    public IReadOnlyList<Tenant> Tenants { get; }

    public Acknowledgements Acks { get; }

    public JudgeProcess Judge { get; }

    public Witness Witness { get; }

    public HistoryWriters Writers { get; }

    public Overwrites Overwrites { get; }

    /// <summary>A machine that does more than it has cores for takes longer for everything.</summary>
    public static double Load => Math.Clamp(double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) / Environment.ProcessorCount, 1, 5);

    public static async Task<ChaosSite> BeginAsync(ChaosOptions options, ChaosTotals totals)
    {
        var store = await ChaosStore.StartAsync();
        var site = new ChaosSite(store, await ChaosTable.StartAsync(), await Machine.LookAsync(), options, totals);
        totals.Store = store.Name;
        await site.Writers.CreateAsync();
        site.Writers.StartAll();
        foreach (var host in site.Hosts)
            await host.StartAsync();
        await site.Api.StartAsync();
        return site;
    }

    /// <summary>Another one than this.</summary>
    public ChaosHost After(ChaosHost host) => Hosts[(Hosts.TakeWhile(h => h != host).Count() + 1) % Hosts.Count];

    public ChaosHost HostOf(Tenant tenant) => Hosts.First(host => host.Tenants.Contains(tenant));

    /// <summary>How programs get to table and store. The table takes any keys: the store's count.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>(Table.Raw.Variables) { ["AWS_ACCESS_KEY_ID"] = Store.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = Store.SecretAccessKey };

    /// <summary>Everything that happens once an hour happens every few seconds.</summary>
    public RunningAgent Launch(ChaosHost host)
    {
        var variables = new Dictionary<string, string>(Variables.Concat(Machine.ClockOf(host)));
        return RunningAgent.LaunchBy(Machine.Starter, Sandbox, variables,
            "replicate", "-watch-dir", host.Disk is { } disk ? $"{host.Folder},{disk.Path}" : host.Folder, "-state-dir", host.State, "-replica", Store.AgentsUrl, "-host-id", host.Name, "-fleet-table", Table.Raw.Name, "-fleet-interval", "1s",
            "-sync-interval", "200ms", "-level-intervals", "1s,3s,10s", "-l0-retention", "3s", "-snapshot-interval", "8s", "-snapshot-retention", "25s", "-quiet-time", "2s", "-sweep-interval", "5s",
            "-wal-cap", "1000000", "-drill-interval", "20s", "-spool-cap", $"{1000 + (2 * Options.HugeMegabytes)}MB");
    }

    /// <summary>Judged by the witness, while the store is up and nobody spoils what it has.</summary>
    public async Task<IReadOnlyList<Restored>> RestoreAsync(Tenant tenant)
    {
        await Store.IsUp.WaitAsync();
        try
        {
            return await Witness.RestoreAsync(tenant);
        }
        finally
        {
            Store.IsUp.Release();
        }
    }

    /// <summary>The same, to an earlier point. Retention may have taken it since it was offered.</summary>
    public async Task RestorePointAsync(Tenant tenant, string txid)
    {
        await Store.IsUp.WaitAsync();
        try
        {
            if (await Witness.RestorePointAsync(tenant, txid))
                Totals.PointJudged();
        }
        finally
        {
            Store.IsUp.Release();
        }
    }

    public void Find(Finding kind, string text)
    {
        lock (Totals)
            Totals.Add(kind, $"{kind}: {text}\n  kept in {Sandbox.Root}");
    }

    /// <summary>Leaves everything on disk, with what was said.</summary>
    public void Keep()
    {
        Sandbox.Keep();
        foreach (var host in Hosts)
            host.Keep();
        File.WriteAllText(Path.Combine(Sandbox.Root, "writers.log"), Writers.Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        Writers.Dispose();
        Api.Dispose();
        foreach (var host in Hosts)
            host.Dispose();
        Judge.Dispose();
        Acks.Close();
        await Table.DisposeAsync();
        await Store.DisposeAsync();
        Machine.Dispose();
        Sandbox.Dispose();
    }
}

using System.Globalization;
using Litestream.Agent.Tests.Reporting;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>Two hosts of a fleet with one replica between them: the first has a tenant, which an application writes; the second has none.</summary>
internal sealed class AdoptingHosts : IAsyncDisposable
{
    public const string First = "web-1";
    public const string Second = "web-2";

    private readonly UlidSource _ids = new(TimeProvider.System, new Random());

    private AdoptingHosts(TableServer server) => Server = server;

    public TableServer Server { get; }

    public TestFolder Folder { get; } = new();

    public Guid Tenant { get; } = Guid.NewGuid();

    public Core.Tests.Replication.Application Application { get; private set; } = null!;

    public RunningAgent Owner { get; private set; } = null!;

    public RunningAgent Other { get; private set; } = null!;

    /// <summary>Where the tenant's file comes to.</summary>
    public string There => Folder[$"clients-{Second}/{Tenant}.db"];

    public TenantRecord Record => TenantItem.Read(FleetTables.Find(Server, FleetKeys.Tenant(Tenant))!);

    public static async Task<AdoptingHosts> StartAsync()
    {
        var hosts = new AdoptingHosts(await FleetTables.StartAsync());
        hosts.Application = new(Path.Combine(hosts.Folder.Folder($"clients-{First}"), $"{hosts.Tenant}.db"));
        hosts.Application.Sql("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
        hosts.Owner = await hosts.StartAsync(First);
        hosts.Other = await hosts.StartAsync(Second);
        await hosts.Owner.SyncedAsync($"{hosts.Tenant}");
        await Eventually.Becomes(() => FleetTables.Find(hosts.Server, FleetKeys.Tenant(hosts.Tenant)) is not null && hosts.Record.ReplicatedTxid is not null, "it is in the table");
        return hosts;
    }

    /// <summary>The first host is gone for good, and has been for an hour.</summary>
    public async Task LoseOwnerAsync()
    {
        await Owner.DisposeAsync();
        var key = FleetKeys.Host(First);
        Server.Set(key.Partition, key.Sort, HostDigestItem.At, new(false, ItemTime.Text(DateTimeOffset.UtcNow - TimeSpan.FromHours(1))));
    }

    public void Set(string attribute, TableValue? value)
    {
        var key = FleetKeys.Tenant(Tenant);
        Server.Set(key.Partition, key.Sort, attribute, value);
    }

    /// <summary>One of several commands, as an evacuation has it.</summary>
    public JobRecord PutJob(int maxFailures)
    {
        var job = new JobRecord { Id = _ids.Next(), Kind = JobKinds.Evacuation, State = JobStates.Running, RequestedAt = DateTimeOffset.UtcNow, RequestedBy = "ada", MaxFailures = maxFailures };
        foreach (var (name, value) in JobItem.Write(job))
            Server.Set(job.Key.Partition, job.Key.Sort, name, new(value.IsNumber, value.Text));
        return job;
    }

    public string StateOf(JobRecord job) => JobItem.Read(FleetTables.Find(Server, job.Key)!).State;

    public async Task<CommandRecord> AdoptAsync(CommandArguments arguments, Guid? tenant = null, JobRecord? job = null)
    {
        var now = DateTimeOffset.UtcNow;
        var command = new CommandRecord
        {
            HostId = Second,
            Id = _ids.Next(),
            Kind = CommandKinds.Adopt,
            State = CommandStates.Requested,
            Tenant = tenant ?? Tenant,
            RequestedAt = now,
            RequestedBy = "ada",
            ExpiresAt = now.AddHours(1),
            Job = job?.Id,
            Arguments = arguments,
        };
        foreach (var (name, value) in CommandItem.Write(command))
            Server.Set(command.Key.Partition, command.Key.Sort, name, new(value.IsNumber, value.Text));
        var host = FleetKeys.Host(Second);
        var count = Server.Find(host.Partition, host.Sort)?.GetValueOrDefault(HostDigestItem.CommandsWaiting) is { IsNumber: true } known ? int.Parse(known.Text, CultureInfo.InvariantCulture) : 0;
        Server.Set(host.Partition, host.Sort, HostDigestItem.CommandsWaiting, new(true, $"{count + 1}"));
        await Eventually.Becomes(() => CommandStates.IsFinal(Find(command).State), $"it ends; it is {Find(command)}");
        return Find(command);
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await Other.DisposeAsync();
        Application.Dispose();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    private CommandRecord Find(CommandRecord command) => CommandItem.Read(FleetTables.Find(Server, command.Key)!);

    private Task<RunningAgent> StartAsync(string host) => RunningAgent.StartAsync(
        Folder, o => o with { WatchDirectories = [Folder.Folder($"clients-{host}")], StateRoot = Folder[$"state-{host}"], Fleet = new() { Table = FleetTables.Name, HostId = host, Interval = TimeSpan.FromMilliseconds(300) } },
        environment: FleetTables.Environment(Server, Folder.Path));
}

using Litestream.Agent.Tests.Reporting;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>An agent in a fleet with one tenant that an application holds open, and a table through which it is told what to do.</summary>
internal sealed class CommandedAgent : IAsyncDisposable
{
    public const string HostId = "web-1";

    private readonly TestFolder _folder = new();
    private readonly UlidSource _ids = new(TimeProvider.System, new Random());

    private bool _isClosed;

    private CommandedAgent(TableServer server) => Server = server;

    public TableServer Server { get; }

    public TestFolder Folder => _folder;

    public string ReplicaFolder => _folder[$"replica/databases/{Tenant}"];

    public Guid Tenant { get; } = Guid.NewGuid();

    public Core.Tests.Replication.Application Application { get; private set; } = null!;

    public RunningAgent Agent { get; private set; } = null!;

    public static async Task<CommandedAgent> StartAsync()
    {
        var commanded = new CommandedAgent(await FleetTables.StartAsync());
        commanded._folder.Folder("clients");
        commanded.Application = new(commanded._folder[$"clients/{commanded.Tenant}.db"]);
        commanded.Application.Sql("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
        await commanded.StartAgentAsync();
        return commanded;
    }

    /// <param name="isSynced">Everything is in the replica then.</param>
    public async Task StartAgentAsync(bool isSynced = true)
    {
        Agent = await RunningAgent.StartAsync(
            _folder, o => o with { Fleet = new() { Table = FleetTables.Name, HostId = HostId, Interval = TimeSpan.FromMilliseconds(300) }, RestoreDirectories = [_folder.Folder("restores")] },
            environment: FleetTables.Environment(Server, _folder.Path));
        if (isSynced)
            await Agent.SyncedAsync($"{Tenant}");
    }

    public CommandRecord New(string kind, Func<CommandRecord, CommandRecord>? change = null)
    {
        var command = new CommandRecord
        {
            HostId = HostId,
            Id = _ids.Next(),
            Kind = kind,
            State = CommandStates.Requested,
            Tenant = Tenant,
            RequestedAt = DateTimeOffset.UtcNow,
            RequestedBy = "ada",
            ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };
        return change?.Invoke(command) ?? command;
    }

    /// <summary>As the API does it: the item first, then the digest says so.</summary>
    public void Put(CommandRecord command, bool isAnnounced = true)
    {
        foreach (var (name, value) in CommandItem.Write(command))
            Server.Set(command.Key.Partition, command.Key.Sort, name, new(value.IsNumber, value.Text));
        if (isAnnounced)
            Announce();
    }

    public void Announce()
    {
        var host = FleetKeys.Host(HostId);
        var count = Server.Find(host.Partition, host.Sort)?.GetValueOrDefault("commandsWaiting") is { IsNumber: true } value ? int.Parse(value.Text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        Server.Set(host.Partition, host.Sort, "commandsWaiting", new(true, $"{count + 1}"));
    }

    public CommandRecord Find(CommandRecord command) => CommandItem.Read(FleetTables.Find(Server, command.Key)!);

    /// <summary>Waits for its end.</summary>
    public async Task<CommandRecord> EndOfAsync(CommandRecord command)
    {
        await Eventually.Becomes(() => CommandStates.IsFinal(Find(command).State), $"{command.Kind} ends; it is {Find(command)}");
        return Find(command);
    }

    public async Task<CommandRecord> RunAsync(string kind, Func<CommandRecord, CommandRecord>? change = null)
    {
        var command = New(kind, change);
        Put(command);
        return await EndOfAsync(command);
    }

    /// <summary>Updates of a command that the agent sent, by the state that they set; those that report progress set none.</summary>
    public IReadOnlyList<string> StatesSent(CommandRecord command) =>
        [.. Server.Requests.Where(r => r.Operation == "UpdateItem" && r.Item == (command.Key.Partition, command.Key.Sort))
            .Select(r => r.Body.GetProperty("ExpressionAttributeValues").TryGetProperty(":state", out var state) ? state.GetProperty("S").GetString()! : "")];

    /// <summary>The application ends.</summary>
    public void CloseApplication()
    {
        if (!_isClosed)
            Application.Dispose();
        _isClosed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        CloseApplication();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}

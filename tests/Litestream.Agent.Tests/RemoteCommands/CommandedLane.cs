using Litestream.Agent.RemoteCommands;
using Litestream.Agent.Tests.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>The lane alone, on a host without a tenant: a command fails as soon as it is begun, and thousands of them do in a moment.</summary>
internal sealed class CommandedLane : IAsyncDisposable
{
    private readonly FleetTableClient _table;
    private UInt128 _count;

    private CommandedLane(TableServer server, TimeSpan? lookInterval, IReadOnlyList<IRemoteCommand> kinds, TimeProvider time)
    {
        (Server, _table) = (server, FleetTables.Client(server));
        Lane = new(CommandedAgent.HostId, _table, _ => null, [.. RemoteCommandLane.AllKinds, .. kinds], time, NullLogger.Instance, new Random(2), lookInterval);
    }

    public TableServer Server { get; }

    public RemoteCommandLane Lane { get; }

    public static async Task<CommandedLane> StartAsync(TimeSpan? lookInterval = null, IReadOnlyList<IRemoteCommand>? kinds = null, TimeProvider? time = null)
    {
        var lane = new CommandedLane(await FleetTables.StartAsync(), lookInterval, kinds ?? [], time ?? TimeProvider.System);
        lane.Lane.Start();
        return lane;
    }

    /// <summary>Puts one with an id of that age; nobody is told.</summary>
    public CommandRecord Put(TimeSpan age, Func<CommandRecord, CommandRecord>? change = null)
    {
        var at = DateTimeOffset.UtcNow - age;
        var command = new CommandRecord
        {
            HostId = CommandedAgent.HostId,
            Id = new(Ulid.First(at).Value + ++_count),
            Kind = CommandKinds.Sync,
            State = CommandStates.Requested,
            Tenant = Guid.NewGuid(),
            RequestedAt = at,
            RequestedBy = "ada",
            ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };
        command = change?.Invoke(command) ?? command;
        foreach (var (name, value) in CommandItem.Write(command))
            Server.Set(command.Key.Partition, command.Key.Sort, name, new(value.IsNumber, value.Text));
        return command;
    }

    public CommandRecord Find(CommandRecord command) => CommandItem.Read(FleetTables.Find(Server, command.Key)!);

    public async Task<CommandRecord> EndOfAsync(CommandRecord command)
    {
        await Eventually.Becomes(() => CommandStates.IsFinal(Find(command).State), $"{command.Id} ends; it is {Find(command)}");
        return Find(command);
    }

    public async ValueTask DisposeAsync()
    {
        await Lane.DisposeAsync();
        _table.Dispose();
        await Server.DisposeAsync();
    }
}

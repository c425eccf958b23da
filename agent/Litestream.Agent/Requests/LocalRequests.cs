using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.RemoteCommands;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Requests;

/// <summary>What is asked of this host through its own API, done as what a fleet asks: the same commands, one for each tenant at a time, from the table of this host.</summary>
internal sealed class LocalRequests : IAsyncDisposable
{
    private readonly RequestTable _table;
    private readonly RemoteCommandLane _lane;
    private long _put;

    /// <param name="stateFolder">Where the table is.</param>
    /// <param name="hostId">This host's.</param>
    /// <param name="stores">Whose tenants.</param>
    /// <param name="kinds">What it can be asked to do.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Of the commands.</param>
    public LocalRequests(string stateFolder, string hostId, Stores stores, IReadOnlyList<IRemoteCommand> kinds, TimeProvider time, ILogger logger)
    {
        _table = new(stateFolder, time);
        Kinds = [.. kinds.Select(k => k.Kind)];
        Log = logger;
        _lane = new(hostId, _table, id => TenantIds.Find(stores, id), kinds, time, logger, Random.Shared);
        _table.Written += Heard;
    }

    public IReadOnlyList<string> Kinds { get; }

    public IFleetTable Table => _table;

    /// <summary>The last drills of a tenant that were asked for here, the newest first.</summary>
    public IReadOnlyList<ProofRecord> Drills(Guid tenant, int most) => [.. _table.Query(ItemQuery.Proofs(tenant), most, from: null).Items.Select(ProofItem.Read)];

    public ILogger Log { get; }

    /// <summary>From here on what is asked for is done; what an earlier run left in the middle first.</summary>
    public void Start()
    {
        _lane.Heard(Interlocked.Read(ref _put));
        _lane.Start();
    }

    public Task StopAsync() => _lane.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        _table.Dispose();
    }

    /// <summary>What a heartbeat's answer tells an agent of a fleet, the table itself tells here: there are more commands than before.</summary>
    private void Heard(Item item)
    {
        if (item.Text(FleetTable.Type) == ItemTypes.Command && item.Text(CommandItem.State) == CommandStates.Requested)
            _lane.Heard(Interlocked.Increment(ref _put));
    }
}

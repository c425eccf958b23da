using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>sync</c>: everything that was committed before is in the replica.</summary>
internal sealed class SyncRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Sync;

    public TimeSpan Limit => TimeSpan.FromMinutes(10);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var txid = await run.Database.SyncAsync(cancellationToken);
        return new($"everything up to transaction {txid} is in the replica", txid);
    }
}

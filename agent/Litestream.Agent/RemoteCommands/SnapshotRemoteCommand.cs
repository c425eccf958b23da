using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>snapshot</c>: what is committed is in the replica, and a full image of it as well.</summary>
internal sealed class SnapshotRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Snapshot;

    public TimeSpan Limit => TimeSpan.FromHours(6);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        run.Report("sync");
        var txid = await run.Database.SyncAsync(cancellationToken);
        run.Report("snapshot", percent: 10);
        await run.Database.UpkeepAsync(snapshot: true, retention: false, cancellationToken);
        return new($"the newest image has transaction {txid}, or a later one", txid);
    }
}

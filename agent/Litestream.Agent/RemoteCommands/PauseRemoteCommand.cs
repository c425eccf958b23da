using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>pause</c>: what was committed is in the replica, then nothing of it is open, until it is resumed; over restarts.</summary>
internal sealed class PauseRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Pause;

    public TimeSpan Limit => TimeSpan.FromMinutes(10);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        // Called back or failed here, it is not paused: only behind this is it.
        if (!run.Database.Snapshot().IsPaused)
            await run.Database.SyncAsync(cancellationToken);
        await run.Database.StopAsync(CancellationToken.None);
        var txid = run.Database.Snapshot().ReplicatedTxid;
        return new($"paused at transaction {txid}", txid);
    }
}

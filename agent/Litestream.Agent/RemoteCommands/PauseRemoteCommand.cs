using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>pause</c>: what was committed is in the replica, then nothing of it is open, until it is resumed; over restarts.</summary>
internal sealed class PauseRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Pause;

    public TimeSpan Limit => TimeSpan.FromMinutes(10);

    /// <summary>Of what was committed while it was paused: a replica that goes away in this moment is not waited for.</summary>
    private static readonly TimeSpan LastSyncLimit = TimeSpan.FromSeconds(30);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        // Called back or failed here, it is not paused: only behind this is it.
        if (!run.Database.Snapshot().IsPaused)
            await run.Database.SyncAsync(cancellationToken);
        using var limit = new CancellationTokenSource(LastSyncLimit);
        try
        {
            await run.Database.StopAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // It is paused all the same; what came in between is captured when it is resumed.
        }
        var txid = run.Database.Snapshot().ReplicatedTxid;
        return new($"paused at transaction {txid}", txid);
    }
}

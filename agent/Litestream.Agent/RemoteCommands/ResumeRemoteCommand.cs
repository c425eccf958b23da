using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>resume</c>: replicated again, from what changed meanwhile on. Of one that is not paused: nothing to do.</summary>
internal sealed class ResumeRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Resume;

    public TimeSpan Limit => TimeSpan.FromMinutes(10);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        run.Database.Resume();
        run.Report("sync", percent: 10);
        var txid = await run.Database.SyncAsync(cancellationToken);
        return new($"replicated again, up to transaction {txid}", txid);
    }
}

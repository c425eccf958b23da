namespace Litestream.Agent.RemoteCommands;

/// <summary>What a host can be asked to do, one file for each kind. Works on the running store, for one tenant, and is the only one that does so at that time.</summary>
internal interface IRemoteCommand
{
    /// <summary>One of <see cref="Litestream.Fleet.Items.CommandKinds"/>.</summary>
    string Kind { get; }

    /// <summary>After so long it has failed: whoever waits for it must hear something.</summary>
    TimeSpan Limit { get; }

    /// <summary>
    /// A run that a crash ended may simply be done again: what is asked for is a state, and having it twice is having it. Where this is false, a run that
    /// was found in the middle has failed.
    /// </summary>
    bool MayBeResumed { get; }

    /// <summary>It can be asked for a tenant that is not registered on this host: deleted, or another's.</summary>
    bool TakesAbsentTenants => false;

    /// <summary>
    /// Does it. Throws <see cref="RemoteCommandException"/> when it cannot, or any <see cref="LitestreamException"/>; when cancelled it leaves nothing half
    /// done. What has happened is told as done.
    /// </summary>
    /// <param name="run">The command, its tenant here, and where progress goes.</param>
    /// <param name="cancellationToken">Somebody called it back, it took too long, or the agent stops.</param>
    Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken);
}

namespace Litestream.Agent.RemoteCommands;

/// <summary>What a host can be asked to do, one file for each kind. Works on the running store, for one tenant, and is the only one that does so at that time.</summary>
internal interface IRemoteCommand
{
    /// <summary>One of <see cref="Litestream.Fleet.Items.CommandKinds"/>.</summary>
    string Kind { get; }

    /// <summary>After so long it has failed: whoever waits for it must hear something.</summary>
    TimeSpan Limit { get; }

    /// <summary>It can be asked for a tenant that is not registered on this host: deleted, or another's.</summary>
    bool TakesAbsentTenants => false;

    /// <summary>
    /// Does it. Throws <see cref="RemoteCommandException"/> when it cannot, or any <see cref="LitestreamException"/>; when cancelled it leaves nothing half
    /// done. What has happened is told as done.
    /// </summary>
    /// <param name="run">The command, its tenant here, and where progress goes.</param>
    /// <param name="cancellationToken">Somebody called it back, it took too long, or the agent stops.</param>
    Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken);

    /// <summary>
    /// The same where an earlier run of the agent ended in the middle. As a rule what is asked for is a state, and having it twice is having it: it is done
    /// again. A kind for which that does not hold finds out what became of it.
    /// </summary>
    Task<RemoteResult> GoOnAsync(RemoteRun run, CancellationToken cancellationToken) => RunAsync(run, cancellationToken);
}

using Litestream.Agent.Reporting;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// <c>take-over</c>: the tenant, of which this host has a file, is this host's from now on. Its epoch goes up in the table, then the former owner's next name
/// in the replica is taken, then replication goes on from there.
/// </summary>
internal sealed class TakeOverRemoteCommand(TenantOwnership ownership, PatientTable patient) : IRemoteCommand
{
    public string Kind => CommandKinds.TakeOver;

    public TimeSpan Limit => TimeSpan.FromMinutes(15);

    public Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken) => TakeAsync(run, isResumed: false, cancellationToken);

    /// <summary>
    /// What is this host's in the table already is gone on with; a fence of ours is no other writer's. One that names no epoch ends when it is another's or nobody's:
    /// it may be days old, and the tenant have had owners since.
    /// </summary>
    public async Task<RemoteResult> GoOnAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var tenant = run.Command.Tenant;
        if (run.Command.Arguments.Epoch is null && await patient.AskAsync(() => ownership.FindAsync(tenant, cancellationToken), cancellationToken) is { } found && !ownership.IsOurs(found))
            throw new RemoteCommandException(CommandErrors.Interrupted,
                $"the agent ended in the middle, and {tenant} is {(found.HostId is { } owner ? $"host {owner}'s" : "nobody's")} with epoch {found.Epoch} by now; look who should own it, and ask again");
        return await TakeAsync(run, isResumed: true, cancellationToken);
    }

    /// <summary>Throws for a word that is none.</summary>
    public static void RequireIfAlive(CommandArguments arguments)
    {
        if (arguments.IfAlive is not (null or IfAliveWords.Fail or IfAliveWords.Take))
            throw new RemoteCommandException(CommandErrors.BadArgument, $"ifAlive: \"{arguments.IfAlive}\" is none; expected {IfAliveWords.Fail} or {IfAliveWords.Take}");
    }

    private async Task<RemoteResult> TakeAsync(RemoteRun run, bool isResumed, CancellationToken cancellationToken)
    {
        var (arguments, database) = (run.Command.Arguments, run.Database);
        if (arguments.Replica is not null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "this version takes a tenant over with the replica that this host is configured for; leave replica out");
        RequireIfAlive(arguments);
        run.Report("claim");
        var (before, epoch) = await patient.AskAsync(
            () => ownership.TakeAsync(run.Command.Tenant, database.Path, arguments.Epoch, arguments.IfAlive == IfAliveWords.Take, cancellationToken, isResumed), cancellationToken);
        Faults.Reach(FaultPoint.EpochRaised);
        // It has happened, whoever calls it back now.
        run.Report("fence", percent: 20);
        return await ChainTakeOver.RunAsync(database, before, epoch);
    }
}

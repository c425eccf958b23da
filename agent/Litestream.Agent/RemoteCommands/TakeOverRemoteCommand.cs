using System.Globalization;
using Litestream.Agent.Reporting;
using Litestream.Fleet.Items;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// <c>take-over</c>: the tenant, of which this host has a file, is this host's from now on. Its epoch goes up in the table, then the former owner's next name
/// in the replica is taken, then replication goes on from there.
/// </summary>
internal sealed class TakeOverRemoteCommand(TenantOwnership ownership, PatientTable patient) : IRemoteCommand
{
    /// <summary>A replica that is away is waited for so long; the engine goes on with it whenever it answers.</summary>
    private static readonly TimeSpan FenceLimit = TimeSpan.FromMinutes(10);

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

    private async Task<RemoteResult> TakeAsync(RemoteRun run, bool isResumed, CancellationToken cancellationToken)
    {
        var (arguments, database) = (run.Command.Arguments, run.Database);
        if (arguments.Replica is not null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "this version takes a tenant over with the replica that this host is configured for; leave replica out");
        if (arguments.IfAlive is not (null or IfAliveWords.Fail or IfAliveWords.Take))
            throw new RemoteCommandException(CommandErrors.BadArgument, $"ifAlive: \"{arguments.IfAlive}\" is none; expected {IfAliveWords.Fail} or {IfAliveWords.Take}");
        run.Report("claim");
        var (before, epoch) = await patient.AskAsync(
            () => ownership.TakeAsync(run.Command.Tenant, database.Path, arguments.Epoch, arguments.IfAlive == IfAliveWords.Take, cancellationToken, isResumed), cancellationToken);
        Faults.Reach(FaultPoint.EpochRaised);
        // It has happened, whoever calls it back now.
        return await FenceAsync(run, before, epoch);
    }

    private static async Task<RemoteResult> FenceAsync(RemoteRun run, TenantRecord? before, long epoch)
    {
        var (database, snapshot) = (run.Database, run.Database.Snapshot());
        run.Report("fence", percent: 20);
        if (snapshot.Epoch >= epoch && epoch > 0 && !snapshot.IsPaused && database.HoldsChain)
            return new($"it is this host's with epoch {snapshot.Epoch}", snapshot.ReplicatedTxid);
        using var limit = new CancellationTokenSource(FenceLimit);
        try
        {
            var (kept, undo) = await KeptOfAsync(database, before, limit.Token);
            await database.TakeOverAsync((uint)epoch, kept, limit.Token);
            var after = database.Snapshot();
            return new(string.Create(CultureInfo.InvariantCulture, $"it is this host's with epoch {after.Epoch}, and in the replica up to transaction {after.ReplicatedTxid}{undo}"), after.ReplicatedTxid);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new RemoteCommandException(CommandErrors.TimedOut, $"it is this host's with epoch {epoch}, but nothing of that is in the replica after {FenceLimit.TotalMinutes:0} minutes; that goes on by itself");
        }
    }

    /// <summary>What a restore on the former owner could be undone to, if the replica still has it.</summary>
    private static async Task<(KeptState? Kept, string Said)> KeptOfAsync(Database database, TenantRecord? before, CancellationToken cancellationToken)
    {
        if (before is not { UndoTxid: { } text, UndoUntil: { } until } || until <= DateTimeOffset.UtcNow || !Txid.TryParse(text, out var txid))
            return (null, "");
        return await database.CanRestoreAsync(txid, cancellationToken)
            ? (new(txid, Label.RestoredInPlace, until - Label.UndoTime, until, IsUndo: true), $"; its last restore can still be undone, to transaction {txid}")
            : (null, $"; its last restore cannot be undone any more: the replica does not have transaction {txid}");
    }
}

using System.Globalization;
using Litestream.Agent.Reporting;
using Litestream.Agent.Restoring;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// A <c>release</c> that is part of a move (<c>argPause</c>): the hook agrees, nobody writes any more, the last commits go to the replica, the file goes out of the applications' way,
/// and the tenant is nobody's. Killed anywhere, the next start goes on with it; refused anywhere before the file has gone, nothing has changed.
/// </summary>
internal sealed class LeavingTenant(TenantOwnership ownership, PatientTable patient, RestoreElsewhere elsewhere, MoveHook hook, TimeProvider time)
{
    /// <summary>The target waits for the table's word, applications for the target: from here on nobody calls it back.</summary>
    private static readonly TimeSpan TellLimit = TimeSpan.FromMinutes(10);

    /// <summary>Its applications are disturbed only when so much is in the replica that little is left to wait for.</summary>
    private static readonly TimeSpan SyncLimit = TimeSpan.FromSeconds(60);

    /// <param name="to">The host that it moves to.</param>
    public async Task<RemoteResult> RunAsync(RemoteRun run, string to, CancellationToken cancellationToken)
    {
        var (tenant, id) = (run.Command.Tenant, $"{run.Command.Id}");
        var found = await patient.AskAsync(() => ownership.FindAsync(tenant, cancellationToken), cancellationToken);
        if (FindLeft(run, id) is { } gone)
            return await TellAsync(run, gone, found);
        if (!run.IsRegistered)
            throw new RemoteCommandException(CommandErrors.UnknownTenant, $"{tenant} is not registered on this host; the catalogue says whose it is");
        TenantOwnership.RequireEpoch(tenant, found, run.Command.Arguments.Epoch);
        if (found is null || !ownership.IsOurs(found))
            throw new OwnershipException(CommandErrors.OwnedElsewhere, $"{tenant} is {(found?.HostId is { } owner ? $"host {owner}'s" : "nobody's")}", "only its owner can let it go; look whose it is, and ask again");
        run.Report("sync");
        await SyncAsync(run.Database, cancellationToken);
        run.Report("hook", percent: 5);
        await hook.RequireAsync(MoveHook.Leaving, tenant, run.Database.Path, to, cancellationToken);
        run.Report("lock", percent: 20);
        VacatedPlace place;
        try
        {
            place = await run.Database.LeaveAsync(id, to, cancellationToken);
        }
        catch (Exception error) when (error is LitestreamException or OperationCanceledException)
        {
            _ = await hook.TryAsync(MoveHook.Stays, tenant, run.Database.Path, to, CancellationToken.None);
            throw;
        }
        return await TellAsync(run, place, found);
    }

    /// <summary>What an earlier run of the agent did. Its tenant may be registered still: a directory that lies at its path is looked at like any other file.</summary>
    private VacatedPlace? FindLeft(RemoteRun run, string id) =>
        run.IsRegistered ? run.Database.GoOnLeaving(id) : elsewhere.FormerPath(run.Name) is { } path ? Departure.GoOn(path, id) : null;

    private async Task SyncAsync(Database database, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(SyncLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await database.SyncAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var why = database.Snapshot() is { Detail: { } detail } ? $" ({detail})" : "";
            throw new RemoteCommandException(CommandErrors.NotReplicated, $"{database.Name} stays: what was committed is not in the replica after {SyncLimit.TotalSeconds:0} s{why}; nobody was disturbed");
        }
    }

    private async Task<RemoteResult> TellAsync(RemoteRun run, VacatedPlace place, TenantRecord? found)
    {
        Faults.Reach(FaultPoint.ReleasedNotTold);
        run.Report("tell", percent: 90);
        var told = "";
        if (found is not null && ownership.IsOurs(found))
        {
            var now = time.GetUtcNow();
            var record = found with
            {
                Status = StatusWords.Paused,
                Reason = ReasonWords.Released,
                Detail = $"moves to host {place.To}",
                Problem = null,
                Since = now,
                UpdatedAt = now,
                ReplicatedTxid = place.Txid.ToString(),
            };
            using var limit = new CancellationTokenSource(TellLimit, time);
            try
            {
                await patient.AskAsync(
                    async () =>
                    {
                        await ownership.ReleaseAsync(record, limit.Token);
                        return "";
                    },
                    limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                told = "; the table did not answer, and still says that it is this host's";
            }
        }
        var paused = time.GetUtcNow() - place.LockedAt;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"nobody's behind transaction {place.Txid}, written by nobody since {place.LockedAt.UtcDateTime:O} ({paused.TotalSeconds:0.000} s); its file is {place.AsidePath}{told}");
        return new(text, place.Txid) { PausedAt = place.LockedAt, Paused = paused };
    }
}

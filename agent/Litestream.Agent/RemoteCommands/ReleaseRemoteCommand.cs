using Litestream.Agent.Reporting;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// <c>release</c>: what was committed is in the replica, then the tenant is no longer this host's, and nobody's in the table. Its file stays, and stays alone:
/// this host remembers, over restarts, until it takes it over again.
/// </summary>
internal sealed class ReleaseRemoteCommand(TenantOwnership ownership, PatientTable patient, TimeSpan lagLimit, TimeProvider time) : IRemoteCommand
{
    public string Kind => CommandKinds.Release;

    public TimeSpan Limit => TimeSpan.FromMinutes(10);

    /// <summary>What is done when it is part of a move.</summary>
    public required LeavingTenant Leaving { get; init; }

    /// <summary>A move that was killed may have its file out of the way already.</summary>
    public bool TakesAbsentTenants => true;

    public Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        if (run.Command.Arguments.PauseFor is { } host)
            return Leaving.RunAsync(run, host, cancellationToken);
        return run.IsRegistered
            ? ReleaseAsync(run, cancellationToken)
            : throw new RemoteCommandException(CommandErrors.UnknownTenant, $"{run.Command.Tenant} is not registered on this host; the catalogue says whose it is");
    }

    private async Task<RemoteResult> ReleaseAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var (tenant, database) = (run.Command.Tenant, run.Database);
        var found = await patient.AskAsync(() => ownership.FindAsync(tenant, cancellationToken), cancellationToken);
        var isOurs = found is not null && ownership.IsOurs(found);
        var before = database.Snapshot();
        if (before.IsReleased && !isOurs)
            return new($"{found?.HostId ?? "nobody"}'s already", before.ReplicatedTxid);
        TenantOwnership.RequireEpoch(tenant, found, run.Command.Arguments.Epoch);
        if (found is { HostId: { } owner } && !isOurs)
            throw new OwnershipException(CommandErrors.OwnedElsewhere, $"{tenant} belongs to host {owner} with epoch {found.Epoch} already", "there is nothing to release here");
        run.Report("sync");
        await database.ReleaseAsync(cancellationToken);
        Faults.Reach(FaultPoint.ReleasedNotTold);
        run.Report("tell", percent: 90);
        var told = isOurs ? await TellAsync(database, found!) : "";
        var after = database.Snapshot();
        return new($"nobody's from transaction {after.ReplicatedTxid} on{(before is { IsPaused: true, IsReleased: false } ? "; it was paused: what was committed since is in its file only" : "")}{told}", after.ReplicatedTxid);
    }

    /// <summary>It is given up here, whoever calls it back now. The reports say so as well, whenever the table answers again.</summary>
    private async Task<string> TellAsync(Database database, TenantRecord found)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            var now = time.GetUtcNow();
            var record = TenantView.Of(database.Snapshot(), found.Tenant, found.HostId!, lagLimit, now, now) with { Epoch = found.Epoch };
            return await patient.AskAsync(
                async () =>
                {
                    await ownership.ReleaseAsync(record, limit.Token);
                    return "";
                },
                limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return "; the table hears of it as soon as it answers";
        }
    }
}

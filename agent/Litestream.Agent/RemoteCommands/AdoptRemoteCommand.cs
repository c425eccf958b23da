using System.Globalization;
using Litestream.Agent.Reporting;
using Litestream.Agent.Restoring;
using Litestream.Fleet.Items;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// <c>adopt</c>: a tenant of which this host has no file is this host's from now on, and its file is here, with everything that its former owner ever published. Before the table
/// gives it to this host nothing has changed anywhere; from then on it is gone on with, or given back.
/// </summary>
internal sealed class AdoptRemoteCommand(RestoreElsewhere elsewhere, Stores stores, TenantOwnership ownership, PatientTable patient, ArrivingTenant arriving, JobGate gate, TimeProvider time) : IRemoteCommand
{
    /// <summary>The table is asked so long to take it back.</summary>
    private static readonly TimeSpan GiveBackLimit = TimeSpan.FromMinutes(10);

    public string Kind => CommandKinds.Adopt;

    public TimeSpan Limit => TimeSpan.FromHours(24);

    public bool TakesAbsentTenants => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        await gate.RequireRunningAsync(run.Command, cancellationToken);
        return await CountedAsync(run, isResumed: false, cancellationToken);
    }

    /// <summary>Each step finds out whether it has happened.</summary>
    public Task<RemoteResult> GoOnAsync(RemoteRun run, CancellationToken cancellationToken) => CountedAsync(run, isResumed: true, cancellationToken);

    private async Task<RemoteResult> CountedAsync(RemoteRun run, bool isResumed, CancellationToken cancellationToken)
    {
        try
        {
            return await AdoptAsync(run, isResumed, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await gate.FailedAsync(run.Command, cancellationToken);
            throw;
        }
    }

    private async Task<RemoteResult> AdoptAsync(RemoteRun run, bool isResumed, CancellationToken cancellationToken)
    {
        var (began, tenant, arguments) = (time.GetTimestamp(), run.Command.Tenant, run.Command.Arguments);
        // Everything that can be refused is refused here.
        run.Report("check");
        var place = await CheckAsync(run, isResumed, cancellationToken);
        if (arguments.From is null)
            return await TakeAsync(run, place, new(null, began, arguments.IfAlive == IfAliveWords.Take), isResumed, cancellationToken);
        var release = await arriving.ReleasedAsync(run, place, cancellationToken);
        var seenAt = time.GetTimestamp();
        var arrival = new Arrival(release, seenAt, IsWanted: true);
        try
        {
            // Nobody has it: from here on nobody calls it back.
            return await TakeAsync(run, await ArrivingTenant.FurthestAsync(run, place, release), arrival, isResumed, run.Stopping);
        }
        catch (Exception error) when (!run.IsAgentStopping && !arrival.IsHere)
        {
            var (code, text) = SayOf(error);
            throw new RemoteCommandException(code, $"{text}; {await arriving.ReturnAsync(run, release)}");
        }
    }

    private async Task<RemoteResult> TakeAsync(RemoteRun run, AdoptedPlace place, Arrival arrival, bool isResumed, CancellationToken cancellationToken)
    {
        run.Report("claim", arrival.PercentOf(5));
        var (before, epoch) = await patient.AskAsync(
            () => ownership.TakeAsync(run.Command.Tenant, place.Path, run.Command.Arguments.Epoch, arrival.IsWanted, cancellationToken, isResumed), cancellationToken);
        Faults.Reach(FaultPoint.EpochRaised);
        var opened = default(Opened);
        async Task OpenAsync()
        {
            arrival.IsHere = true;
            opened = await arriving.OpenedAsync(run, place.Path, arrival, before?.HostId ?? before?.FormerHost ?? "");
        }

        var database = await GiveBackUnlessAsync(run, before, epoch, arrival, () => BringAsync(run, place, epoch, arrival, OpenAsync, cancellationToken));
        // The file is here, and may be written: nobody calls it back.
        var bytes = new FileInfo(place.Path).Length;
        run.Report("replicate", arrival.PercentOf(95), bytes);
        var held = await ChainTakeOver.RunAsync(database, before, epoch);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{held.Text}; {bytes} bytes at {place.Path}, restored in {time.GetElapsedTime(arrival.BegunAt).TotalSeconds:0.0} s{opened.Text}");
        return new(text, held.Txid) { PausedAt = opened.Since, Paused = opened.Paused };
    }

    /// <summary>Throws when it cannot be done, or what was asked for is not what is so by now. Reads only.</summary>
    private async Task<AdoptedPlace> CheckAsync(RemoteRun run, bool isResumed, CancellationToken cancellationToken)
    {
        var (tenant, arguments) = (run.Command.Tenant, run.Command.Arguments);
        if (arguments.Replica is not null)
            throw Bad("a tenant comes with the replica that this host is configured for; leave replica out");
        if (arguments.Epoch is not { } expected)
            throw Bad("which epoch has it? Give the one that the catalogue says");
        TakeOverRemoteCommand.RequireIfAlive(arguments);
        var found = await patient.AskAsync(() => ownership.FindAsync(tenant, cancellationToken), cancellationToken)
            ?? throw new RemoteCommandException(CommandErrors.UnknownTenant, $"the fleet's table does not know {tenant}");
        var (path, store) = elsewhere.PlaceOf(run.Name, arguments.TargetPath, found.Path);
        // An earlier run came so far; or it was this host's all the time, which lost its file.
        var isOurs = ownership.IsOurs(found) && (found.Epoch == expected + 1 || (isResumed && found.Epoch == expected));
        if (run.IsRegistered && !isOurs)
            throw Bad($"{tenant} has a file here already, {run.Database.Path}: {CommandKinds.TakeOver} makes that the tenant's, or remove it");
        if (run.IsRegistered)
            return new(run.Database.Path, store, From: null);
        var from = await store.FindBackupAsync(run.Name, cancellationToken)
            ?? throw new RemoteCommandException(CommandErrors.UnknownTenant, $"{stores.ReplicaUrl} has no backup of {tenant}; the table names {found.Replica}");
        if (isOurs)
            return new(path, store, from) { IsBegun = true };
        TenantOwnership.RequireEpoch(tenant, found, expected);
        await elsewhere.CheckAsync(run.Name, path, cancellationToken);
        await RequireEverythingAsync(from, found, cancellationToken);
        if (new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace is var free && free < found.SizeBytes)
            throw new RemoteCommandException(CommandErrors.NoRoom, $"{tenant} has {found.SizeBytes} bytes, and {free} are free at {path}");
        return new(path, store, from);
    }

    /// <summary>What its owner published must be there: another place may hold an older chain of it.</summary>
    private static async Task RequireEverythingAsync(IReplicaStorage from, TenantRecord found, CancellationToken cancellationToken)
    {
        var listed = await ReplicaListing.ReadAsync(from, cancellationToken);
        _ = ChainPlanner.Choose(listed, ChainTarget.Latest, from.Url);
        if (Txid.TryParse(found.ReplicatedTxid ?? "", out var published) && listed.Max(f => f.MaxTxid) is var newest && newest < published)
            throw new RemoteCommandException(CommandErrors.NoSuchPoint, $"{from.Url} ends at transaction {newest}, and its owner published {published} (to {found.Replica}): configure this host for that replica");
    }

    /// <summary>
    /// Its former owner is shut out, then everything up to there is restored: what that one published a moment ago is in it, and what it would publish now it cannot. Then it is a tenant
    /// of this host by its name.
    /// </summary>
    private async Task<Database> BringAsync(RemoteRun run, AdoptedPlace place, long epoch, Arrival arrival, Func<Task> open, CancellationToken cancellationToken)
    {
        if (place.From is not { } from)
        {
            await open();
            return run.Database;
        }
        run.Report("fence", arrival.PercentOf(10));
        await place.Store.FenceAsync(run.Name, from, (uint)epoch, () => ownership.RequireOursAsync(run.Command.Tenant, epoch, cancellationToken), cancellationToken);
        Faults.Reach(FaultPoint.FencedNotRestored);
        var isThere = place.IsBegun && run.Command.ClaimedAt is { } claimed && await elsewhere.FindAsync(place.Path, claimed, cancellationToken) is not null;
        if (isThere)
        {
            await open();
        }
        else
        {
            // It may have moved away from here once.
            _ = VacatedPlace.Clear(place.Path);
            await elsewhere.RunAsync(run.Name, place.Path, new RestoreOptions { OutputPath = "", Seeded = place.Seeded }, new Telling(run, arrival), cancellationToken, from, open);
        }
        return stores.Find(run.Name) ?? throw new RemoteCommandException(CommandErrors.NotReplicated, $"its file is at {place.Path}, but it is not replicated from there; `litestream status` on this host says why");
    }

    /// <summary>
    /// What fails, or is called back, before the file has its name leaves the tenant to who had it; behind that it stays here. An agent that stops goes on with it at its next start.
    /// </summary>
    private async Task<Database> GiveBackUnlessAsync(RemoteRun run, TenantRecord? before, long epoch, Arrival arrival, Func<Task<Database>> bring)
    {
        try
        {
            return await bring();
        }
        catch (Exception error) when (before is not null && !run.IsAgentStopping && !arrival.IsHere && epoch != run.Command.Arguments.Epoch)
        {
            using var limit = new CancellationTokenSource(GiveBackLimit, time);
            var owner = await patient.AskAsync(() => ownership.GiveBackAsync(before, epoch, limit.Token), limit.Token);
            var whose = $"it is {(owner is null ? "nobody's" : $"host {owner}'s")} again";
            if (error is OperationCanceledException)
                throw;
            var (code, text) = SayOf(error);
            throw new RemoteCommandException(code, $"{text}; {whose}");
        }
    }

    private static (string Code, string Text) SayOf(Exception error) => error switch
    {
        RemoteCommandException cannot => (cannot.Code, cannot.Message),
        LitestreamException known => (RemoteFailures.CodeOf(known), RemoteFailures.TextOf(known)),
        _ => (CommandErrors.Other, error.Message),
    };

    private static RemoteCommandException Bad(string why) => new(CommandErrors.BadArgument, why);

    private sealed class Telling(RemoteRun run, Arrival arrival) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report("fetch", arrival.PercentOf(value.PagesTotal == 0 ? 15 : 15 + (int)(80 * value.PagesDone / value.PagesTotal)), value.BytesRead, value.PagesDone);
    }
}

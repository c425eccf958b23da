using System.Diagnostics;
using System.Globalization;
using Litestream.Agent.Reporting;
using Litestream.Agent.Restoring;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// What an <c>adopt</c> does more when it moves a tenant from a host that lives (<c>argFrom</c>): most of it is here before anybody is disturbed, then that host lets it go, and if it cannot
/// come here after all that host gets it back. Each of its commands has an id that is made of the move's: whoever goes on with it finds them, and puts none twice.
/// </summary>
internal sealed class ArrivingTenant(string hostId, IFleetTable table, TenantOwnership ownership, PatientTable patient, RestoreElsewhere elsewhere, MoveHook hook, TimeProvider time)
{
    /// <summary>Not begun after so long, it is called back: that host's agent is not there.</summary>
    private static readonly TimeSpan ReleaseLife = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ReturnLimit = TimeSpan.FromMinutes(10);

    /// <summary>What fetches nothing but the news of so short a time is close enough: the rest comes while nobody can write.</summary>
    private static readonly TimeSpan CloseEnough = TimeSpan.FromSeconds(2);

    private const int MostPasses = 5;

    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan KeepUpInterval = TimeSpan.FromSeconds(5);

    /// <summary>Applications wait.</summary>
    private static readonly TimeSpan QuickLookPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Completes when nobody has the tenant any more; answers the other host's command. Called back until then, it ends as cancelled.</summary>
    /// <param name="run">The move.</param>
    /// <param name="place">Where it comes to.</param>
    /// <param name="cancellationToken">Calls it back.</param>
    public async Task<CommandRecord> ReleasedAsync(RemoteRun run, AdoptedPlace place, CancellationToken cancellationToken)
    {
        var source = run.Command.Arguments.From!;
        if (source == hostId)
            throw new RemoteCommandException(CommandErrors.BadArgument, $"{run.Command.Tenant} is to move from host {source} to itself; name another host");
        try
        {
            if (await FindAsync(KeyOf(run, source, ReleaseBit), cancellationToken) is not { } release)
            {
                var found = await patient.AskAsync(() => ownership.FindAsync(run.Command.Tenant, cancellationToken), cancellationToken);
                if (place.From is not { } from || found?.HostId != source)
                    throw new OwnershipException(CommandErrors.OwnedElsewhere, $"{run.Command.Tenant} is {(found?.HostId is { } owner ? $"host {owner}'s" : "nobody's")}, not {source}'s", "look whose it is, and ask again");
                await SeedAsync(run, place, from, cancellationToken);
                Faults.Reach(FaultPoint.MoveSeeded);
                release = NewCommand(run, source, ReleaseBit, CommandKinds.Release, ReleaseLife, new() { Epoch = run.Command.Arguments.Epoch, PauseFor = hostId, TargetPath = found.Path });
                await PutAsync(release, cancellationToken);
                Faults.Reach(FaultPoint.MoveReleasePut);
            }
            var released = await EndOfReleaseAsync(run, place, release, cancellationToken);
            Faults.Reach(FaultPoint.MoveReleased);
            return released;
        }
        catch when (!run.Stopping.IsCancellationRequested)
        {
            elsewhere.ForgetSeed(place.Path);
            throw;
        }
    }

    /// <summary>Of several replicas one has everything that the former host had committed, which need not be the one that was furthest before. Throws when none has.</summary>
    public static async Task<AdoptedPlace> FurthestAsync(RemoteRun run, AdoptedPlace place, CommandRecord release)
    {
        if (place.From is null || place.IsBegun)
            return place;
        var from = await place.Store.FindBackupAsync(run.Name, run.Stopping) ?? place.From;
        var newest = (await ReplicaListing.ReadAsync(from, run.Stopping)).Select(f => f.MaxTxid).DefaultIfEmpty().Max();
        if (Txid.TryParse(release.ResultTxid ?? "", out var last) && newest < last)
            throw new RemoteCommandException(CommandErrors.NoSuchPoint, $"{from.Url} ends at transaction {newest}, and host {release.HostId} let it go at {last}");
        return place with { From = from };
    }

    /// <summary>Its file has its name here, and can be opened: the pause is over, the hook is told.</summary>
    public async Task<Opened> OpenedAsync(RemoteRun run, string path, Arrival arrival, string other)
    {
        var (now, here, release) = (time.GetUtcNow(), time.GetElapsedTime(arrival.BegunAt), arrival.Release);
        var text = "";
        TimeSpan? paused = null;
        if (release is { PausedAt: { } since })
        {
            paused = now - since;
            var there = TimeSpan.FromMilliseconds(release.PausedMs ?? 0);
            var between = paused.Value - there - here;
            text = string.Create(CultureInfo.InvariantCulture,
                $"; nobody could write for {paused.Value.TotalSeconds:0.000} s: {there.TotalSeconds:0.000} at {release.HostId}, {Math.Max(0, between.TotalSeconds):0.000} until that was known here, {here.TotalSeconds:0.000} here");
        }
        var why = await hook.TryAsync(MoveHook.Arrived, run.Command.Tenant, path, release?.HostId ?? other, CancellationToken.None);
        return new(why is null ? text : $"{text}; {why}", release?.PausedAt, paused);
    }

    /// <summary>It did not come here, and is nobody's: the host that let it go gets it back. Answers what became of that.</summary>
    public async Task<string> ReturnAsync(RemoteRun run, CommandRecord release)
    {
        var source = release.HostId;
        var found = await patient.AskAsync(() => ownership.FindAsync(run.Command.Tenant, run.Stopping), run.Stopping);
        if (found is null || found.HostId is not null)
            return $"it is {found?.HostId ?? "nobody"}'s";
        var adopt = NewCommand(run, source, ReturnBit, CommandKinds.Adopt, CommandItem.LongestLife, new() { Epoch = found.Epoch, IfAlive = IfAliveWords.Take, TargetPath = release.Arguments.TargetPath });
        await PutAsync(adopt, run.Stopping);
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < ReturnLimit)
        {
            if (await FindAsync(adopt.Key, run.Stopping) is { } now && CommandStates.IsFinal(now.State))
                return now.State == CommandStates.Done ? $"host {source} has it again" : $"host {source} does not have it again: {now.Error ?? now.State}";
            await Task.Delay(LookPause, time, run.Stopping);
        }
        return $"host {source} was asked to take it back ({adopt.Id})";
    }

    /// <summary>Again and again, while its applications write: each time only what is new.</summary>
    private async Task SeedAsync(RemoteRun run, AdoptedPlace place, IReplicaStorage from, CancellationToken cancellationToken)
    {
        for (var pass = 1; pass <= MostPasses; pass++)
        {
            var begun = Stopwatch.GetTimestamp();
            await elsewhere.SeedAsync(place.Path, new Telling(run), from, place.Seeded, cancellationToken);
            if (Stopwatch.GetElapsedTime(begun) < CloseEnough)
                return;
        }
    }

    /// <summary>That host may need a minute to find what it is asked for, and its applications write.</summary>
    private async Task KeepUpAsync(AdoptedPlace place, CancellationToken cancellationToken)
    {
        if (place.From is not { } from || !place.Seeded.IsKept)
            return;
        try
        {
            await elsewhere.SeedAsync(place.Path, progress: null, from, place.Seeded, cancellationToken);
        }
        catch (Exception error) when (error is LitestreamException or OperationCanceledException)
        {
            // The more is left for later.
        }
    }

    /// <summary>Waits for that host, be it killed and started again. Who calls the move back has the release called back, which that host may still do, or not any more.</summary>
    private async Task<CommandRecord> EndOfReleaseAsync(RemoteRun run, AdoptedPlace place, CommandRecord release, CancellationToken cancellationToken)
    {
        var (isCalledBack, keptUpAt) = (false, time.GetTimestamp());
        while (true)
        {
            var now = await FindAsync(release.Key, run.Stopping) ?? release;
            if (now.State == CommandStates.Done)
                return now;
            if (CommandStates.IsFinal(now.State))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new RemoteCommandException(now.ErrorCode ?? CommandErrors.TimedOut, $"host {now.HostId} did not let it go, and goes on with it: {now.Error ?? $"the release {now.Id} is {now.State}"}");
            }
            if (now.State == CommandStates.Requested && (cancellationToken.IsCancellationRequested || now.ExpiresAt <= time.GetUtcNow()))
            {
                if (!await TryAsync(CommandItem.Cancel(now, time.GetUtcNow()), run.Stopping))
                    continue;
                cancellationToken.ThrowIfCancellationRequested();
                throw new RemoteCommandException(CommandErrors.TimedOut, $"the agent of host {now.HostId} did not begin to let it go within {ReleaseLife.TotalMinutes:0} minutes, and goes on with it; see whether it runs");
            }
            if (cancellationToken.IsCancellationRequested && !isCalledBack)
                isCalledBack = await TryAsync(CommandItem.AskToCancel(now, time.GetUtcNow()), run.Stopping);
            run.Report(now.Progress?.Step is { } step ? $"release-{step}" : "release", percent: Arrival.PercentLetGo);
            if (now.State == CommandStates.Requested && time.GetElapsedTime(keptUpAt) >= KeepUpInterval)
            {
                await KeepUpAsync(place, cancellationToken);
                keptUpAt = time.GetTimestamp();
            }
            await Task.Delay(now.State == CommandStates.Running ? QuickLookPause : LookPause, time, run.Stopping);
        }
    }

    /// <summary>As the API does it: the item first, then the digest says so. Both may be done twice.</summary>
    private async Task PutAsync(CommandRecord command, CancellationToken cancellationToken)
    {
        _ = await TryAsync(CommandItem.Put(command), cancellationToken);
        if (!await TryAsync(HostDigestItem.CommandAdded(command.HostId), cancellationToken))
            throw new RemoteCommandException(CommandErrors.BadArgument, $"the fleet knows no host {command.HostId}");
    }

    /// <summary>False when its condition does not hold, maybe because it has been done.</summary>
    private Task<bool> TryAsync(ItemUpdate update, CancellationToken cancellationToken) => patient.AskAsync(
        async () =>
        {
            try
            {
                await table.WriteAsync(update, cancellationToken);
                return true;
            }
            catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
            {
                return false;
            }
        },
        cancellationToken);

    private Task<CommandRecord?> FindAsync(ItemKey key, CancellationToken cancellationToken) =>
        patient.AskAsync(async () => await table.FindAsync(key, cancellationToken) is { } item ? CommandItem.Read(item) : null, cancellationToken);

    private CommandRecord NewCommand(RemoteRun run, string host, int bit, string kind, TimeSpan life, CommandArguments arguments)
    {
        var now = time.GetUtcNow();
        return new()
        {
            HostId = host,
            Id = IdOf(run, bit),
            Kind = kind,
            State = CommandStates.Requested,
            Tenant = run.Command.Tenant,
            RequestedAt = now,
            RequestedBy = run.Command.RequestedBy,
            ExpiresAt = now + life,
            Arguments = arguments,
        };
    }

    private static ItemKey KeyOf(RemoteRun run, string host, int bit) => FleetKeys.Command(host, IdOf(run, bit));

    /// <summary>The commands of a job are those right behind it: one of the random bits far above sets it apart.</summary>
    private static Ulid IdOf(RemoteRun run, int bit) => new(run.Command.Id.Value ^ (UInt128.One << bit));

    private const int ReleaseBit = 70, ReturnBit = 71;

    private sealed class Telling(RemoteRun run) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report("seed", value.PagesTotal == 0 ? 5 : 5 + (int)(50 * value.PagesDone / value.PagesTotal), value.BytesRead, value.PagesDone);
    }
}

using System.Collections.Concurrent;
using Litestream.DynamoDb;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Whose a tenant is, as the fleet's table says, and how it becomes another host's: its epoch goes up in the table before anything is written to its replica.
/// Of two who want it one gets it. Throws <see cref="FleetTableException"/> when the table is away.
/// </summary>
/// <param name="hostId">This host.</param>
/// <param name="table">The fleet's.</param>
/// <param name="time">For the age of this agent.</param>
/// <param name="former">The hosts as which this agent's state folder reported before; null: there are none.</param>
internal sealed class TenantOwnership(string hostId, FleetTableClient table, TimeProvider time, FormerHosts? former = null)
{
    /// <summary>Clocks of hosts differ: before one is taken for lost its digest must not change for so many of its intervals.</summary>
    private const int WatchedIntervals = 2;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(2);

    /// <summary>So long after this agent's start a host that joins the fleet with it may take to report its tenants: ten thousand are ten minutes.</summary>
    private static readonly TimeSpan NewcomersLimit = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan AskNewcomersAgain = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AskOfFormerAgain = TimeSpan.FromSeconds(30);

    private readonly long _begunAt = time.GetTimestamp();

    /// <summary>What the digests of owners said that did not change while they were watched: of a lost host's thousand tenants only the first ones wait for that.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentSince = new(StringComparer.Ordinal);

    /// <summary>Epochs that this run raised: the books hear of them in a moment, and say until then that a tenant is given up which is not any more.</summary>
    private readonly ConcurrentDictionary<Guid, long> _raised = [];

    /// <summary>What this agent saw of other hosts.</summary>
    public HostWatch Watch { get; } = former?.Watch ?? new(table, time);

    public FormerHosts? Former => former;

    /// <summary>Null: the table does not know the tenant.</summary>
    public async Task<TenantRecord?> FindAsync(Guid tenant, CancellationToken cancellationToken)
    {
        try
        {
            return await table.FindAsync(FleetKeys.Tenant(tenant), cancellationToken) is { } item ? TenantItem.Read(item) : null;
        }
        catch (MalformedItemException malformed)
        {
            throw new FleetTableException(TableFault.Invalid, malformed.Message, malformed);
        }
    }

    /// <summary>Its owner; null when it is this host's, or nobody's.</summary>
    public async Task<string?> FindOtherAsync(Guid tenant, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(tenant, cancellationToken) is { HostId: { } owner } && owner != hostId ? owner : null;
        }
        catch (FleetTableException error)
        {
            throw new OwnershipException(CommandErrors.Other, $"whose {tenant} is cannot be found out now: {error.Message}", "ask again");
        }
    }

    public bool IsOurs(TenantRecord tenant) => tenant.HostId == hostId;

    /// <summary>This run made it this host's under this epoch.</summary>
    public bool HasRaised(Guid tenant, long epoch) => _raised.TryGetValue(tenant, out var raised) && raised == epoch;

    /// <summary>
    /// The engine met a chain of another writer, and nobody asked for it to be taken over. It may go on with what is this host's or nobody's, and with what an
    /// owner (or the former host, gone by now) has no file of any more, unless this host's own file may be older than that. Everything else is a person's, or the fleet's, to decide.
    /// </summary>
    /// <param name="question">What it met.</param>
    /// <param name="path">Of the file here.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<OwnershipAnswer> AnswerAsync(OwnershipQuestion question, string? path, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(question.Name, "d", out var tenant))
            return OwnershipAnswer.Granted(0);
        try
        {
            if (await FindAsync(tenant, cancellationToken) is not { } found)
                return AnswerUnknown(tenant, question);
            // Nobody's for a moment while it moves, or was given back: what this host wrote before others did is no state to go on from.
            if (found.HostId is null && question.WasHere)
                return OwnershipAnswer.Refused($"{tenant} is nobody's with epoch {found.Epoch}, and was another's behind what this host has of it");
            if (IsOurs(found))
                return OwnershipAnswer.Granted((uint)found.Epoch);
            if (found.HostId is null)
                return path is null ? OwnershipAnswer.Unknown($"{tenant} is nobody's, and where its file is here is not known yet") : OwnershipAnswer.Granted((uint)await RaiseAsync(found, path, cancellationToken));
            if (path is not null && !question.WasHere && former is not null && former.Include(found.HostId) && await former.LookAsync(found.HostId, cancellationToken) is not HostSeen.Alive and var seen)
                return seen == HostSeen.Gone
                    ? OwnershipAnswer.Granted((uint)await RaiseAsync(found, path, cancellationToken))
                    : OwnershipAnswer.Unknown($"{tenant} belongs to host {found.HostId}, which had this state folder before; waits until that host is known to be gone", AskOfFormerAgain);
            if (found.Reason != ReasonWords.FileMissing || path is null || question.WasHere)
                return OwnershipAnswer.Refused($"{tenant} belongs to host {found.HostId} with epoch {found.Epoch}");
            return OwnershipAnswer.Granted((uint)await RaiseAsync(found, path, cancellationToken));
        }
        catch (Exception error) when (error is FleetTableException or OwnershipException)
        {
            return OwnershipAnswer.Unknown(error.Message);
        }
    }

    /// <summary>
    /// The table does not know it. Somebody wrote its chain, who may be joining the fleet just now, and be the owner as soon as it reports; this host's file may be a stray
    /// copy. A chain that no agent wrote has no such owner, and who wrote there before is not granted what another has since.
    /// </summary>
    private OwnershipAnswer AnswerUnknown(Guid tenant, OwnershipQuestion question)
    {
        var left = NewcomersLimit - time.GetElapsedTime(_begunAt);
        return !question.IsSigned || question.WasHere || left <= TimeSpan.Zero
            ? OwnershipAnswer.Granted(0)
            : OwnershipAnswer.Unknown($"the table does not know {tenant}, and whoever wrote it may report it yet; waits {Math.Ceiling(left.TotalMinutes):0} minutes more for that",
                left < AskNewcomersAgain ? left : AskNewcomersAgain);
    }

    /// <summary>
    /// Makes it this host's and answers it as it was; its epoch from here on is the second value, 0 when the table does not know it. Of one that is this
    /// host's already nothing changes: what an earlier run began is gone on with.
    /// </summary>
    /// <param name="path">Of its file here.</param>
    /// <param name="expected">Its epoch as whoever asks knew it; null: whatever it is.</param>
    /// <param name="isWanted">A person wants it, be its owner lost or not.</param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    /// <param name="isResumed">An earlier run of the agent ended in the middle of the same.</param>
    public async Task<(TenantRecord? Before, long Epoch)> TakeAsync(Guid tenant, string path, long? expected, bool isWanted, CancellationToken cancellationToken, bool isResumed = false)
    {
        var found = await FindAsync(tenant, cancellationToken);
        if (found is not null && IsOurs(found) && (expected is not { } known || found.Epoch == known || found.Epoch == known + 1))
            return (found, found.Epoch);
        // Raised by that run, and given up once more by the reports: what was this host's was given up in its books still.
        var isUndone = isResumed && found is { HostId: null } && found.Epoch == expected + 1;
        if (!isUndone)
            RequireEpoch(tenant, found, expected);
        if (found is null)
            return (null, 0);
        if (!isWanted && found is { HostId: { } owner, Reason: not ReasonWords.FileMissing } && await LivesAsync(owner, cancellationToken) is { } at)
            throw new OwnershipException(CommandErrors.OwnedElsewhere, $"{tenant} belongs to host {owner} with epoch {found.Epoch}, which was heard of at {ItemTime.Text(at)}",
                $"release it there, wait until that host is lost, or ask with ifAlive {IfAliveWords.Take}");
        return (found, await RaiseAsync(found, path, cancellationToken));
    }

    /// <summary>Nobody's from here on. Done when it is another's, or nobody's, already.</summary>
    /// <param name="tenant">As this host sees it; its epoch is the table's.</param>
    public async Task ReleaseAsync(TenantRecord tenant, CancellationToken cancellationToken)
    {
        try
        {
            await table.WriteAsync(TenantItem.Release(tenant), cancellationToken);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            if (refused.Found?.Text(FleetTable.HostKey) == FleetKeys.OfHost(hostId))
                throw new OwnershipException(CommandErrors.StaleEpoch, $"the epoch of {tenant.Tenant} changed while it was given up", "ask again");
        }
    }

    /// <summary>
    /// This host took it over and cannot have it after all: whoever had it before has it again, under an epoch above everything that this host wrote; nobody, when nobody had it. Done when
    /// it is another's already.
    /// </summary>
    /// <param name="before">As it was; of one that an earlier run of the agent took over, as this host has it.</param>
    /// <param name="epoch">Under which this host has it.</param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    /// <returns>Whose it is now; null: nobody's.</returns>
    public async Task<string?> GiveBackAsync(TenantRecord before, long epoch, CancellationToken cancellationToken)
    {
        var found = await FindAsync(before.Tenant, cancellationToken);
        if (found is null || !IsOurs(found) || found.Epoch != epoch)
            return found?.HostId;
        var former = IsOurs(before) ? before.FormerHost : before.HostId;
        try
        {
            await table.WriteAsync(TenantItem.GiveBack(found, before with { HostId = former }), cancellationToken);
            return former;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return refused.Found?.Text(FleetTable.HostKey)?[FleetKeys.HostPrefix.Length..];
        }
    }

    /// <summary>Throws when it is not this host's under this epoch by now.</summary>
    public async Task RequireOursAsync(Guid tenant, long epoch, CancellationToken cancellationToken)
    {
        var found = await FindAsync(tenant, cancellationToken);
        if (found is null || !IsOurs(found) || found.Epoch != epoch)
            throw new OwnershipException(CommandErrors.StaleEpoch, $"{tenant} was taken over by somebody else ({found?.HostId ?? "nobody"}'s with epoch {found?.Epoch ?? 0})", "look who owns it, and ask again");
    }

    /// <summary>Throws when the tenant's epoch is another one by now.</summary>
    public static void RequireEpoch(Guid tenant, TenantRecord? found, long? expected)
    {
        if (expected is { } epoch && epoch != (found?.Epoch ?? 0))
            throw new OwnershipException(CommandErrors.StaleEpoch, $"{tenant} has epoch {found?.Epoch ?? 0} by now ({(found?.HostId is { } owner ? $"host {owner}" : "nobody's")}), and was to have {epoch}",
                "look who owns it, and ask again");
    }

    private async Task<long> RaiseAsync(TenantRecord found, string path, CancellationToken cancellationToken)
    {
        // Before the table says so: a report may be on its way.
        _raised[found.Tenant] = found.Epoch + 1;
        try
        {
            await table.WriteAsync(TenantItem.TakeOver(found, hostId, path, time.GetUtcNow()), cancellationToken);
            return found.Epoch + 1;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // An answer that was lost looks like somebody quicker; so it is this host's, under the next epoch.
            if (refused.Found is { } now && now.Text(FleetTable.HostKey) == FleetKeys.OfHost(hostId) && now[TenantItem.Epoch]?.Text == $"{found.Epoch + 1}")
                return found.Epoch + 1;
            throw new OwnershipException(CommandErrors.StaleEpoch, $"{found.Tenant} was taken over by somebody else in the same moment", "look who owns it, and ask again");
        }
    }

    /// <summary>When it was heard of, if that is not long ago; null: it is lost.</summary>
    private async Task<DateTimeOffset?> LivesAsync(string owner, CancellationToken cancellationToken)
    {
        if (await Watch.FindAsync(owner, cancellationToken) is not { } digest)
            return null;
        var interval = TimeSpan.FromSeconds(digest.IntervalSeconds);
        if (time.GetUtcNow() - digest.At <= interval * HeartbeatLease.Intervals)
            return digest.At;
        if (_silentSince.TryGetValue(owner, out var watched) && watched == digest.At)
            return null;
        var watch = interval * WatchedIntervals;
        await Task.Delay(watch < LongestWatch ? watch : LongestWatch, time, cancellationToken);
        if (await Watch.FindAsync(owner, cancellationToken) is { } later && later.At != digest.At)
            return later.At;
        _silentSince[owner] = digest.At;
        return null;
    }
}

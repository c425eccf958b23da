using Litestream.Agent.Reporting;
using Litestream.Contract;
using Litestream.Contract.Drills;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;
using Litestream.Storage;

namespace Litestream.Agent.Api.Catalogue;

/// <summary>
/// What a fleet's catalogue would say of this host and its tenants, from the engine itself: as it is now, and of every database, also those that have a name
/// and no GUID. The digest is made at most once a second, however many ask.
/// </summary>
internal sealed class LocalCatalogue(AgentView agent) : ICatalogue
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CoverageInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UsualInterval = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private HostDigest? _digest;
    private long _madeAt;
    private DrillCoverage? _coverage;
    private long _coveredAt;

    public string HostId => agent.HostId;

    public HostDigest Digest
    {
        get
        {
            lock (_gate)
            {
                if (_digest is null || agent.Time.GetElapsedTime(_madeAt) >= Interval)
                    (_digest, _madeAt) = (Count(), agent.Time.GetTimestamp());
                return _digest;
            }
        }
    }

    /// <summary>Throws <see cref="ProblemException"/> for what is no GUID, or nobody's here.</summary>
    public Database Require(string id)
    {
        var tenant = AskedValues.GuidOf(id);
        return TenantIds.Find(agent.Stores, tenant) ?? throw new ProblemException(ContractProblems.UnknownTenant(tenant));
    }

    /// <summary>Throws <see cref="ProblemException"/> for any other host.</summary>
    public void RequireHost(string id)
    {
        if (id != HostId)
            throw new ProblemException(ContractProblems.UnknownHost(id));
    }

    public TenantRecord RecordOf(Database database)
    {
        var (snapshot, limit) = (database.Snapshot(), agent.Options.LagLimit);
        var since = agent.StateTimes.Since(database, snapshot, TenantView.ProblemOf(snapshot, limit), limit);
        var id = TenantIds.Of(database.Name);
        var drills = agent.Drills.Find(id);
        var record = TenantView.Of(snapshot, id, HostId, limit, since, agent.Time.GetUtcNow()) with
        {
            LagSeconds = Math.Round(snapshot.LagSeconds, 3),
            LastDrillAt = drills?.Last.At,
            LastDrillVerdict = drills?.Last.Verdict,
            LastDrillPassAt = drills?.Pass?.At,
            DrillSeconds = drills?.Pass?.Seconds,
            DrillBytes = drills?.Pass?.Bytes,
        };
        // One host has one item of each tenant: the worst that is wrong with it.
        return drills?.Failure is { } failed && (record.Problem is null || ProblemWords.SeverityOf(record.Problem) < ProblemWords.SeverityOf(ProblemWords.ProofFailed))
            ? record with { Problem = ProblemWords.ProofFailed, Since = failed.At, Detail = failed.Detail }
            : record;
    }

    /// <summary>How much of this host is proven; null while nobody ever drilled, and nobody will unless asked.</summary>
    public DrillCoverage? Coverage
    {
        get
        {
            if (agent.DrillInterval is null && agent.Drills.IsEmpty)
                return null;
            lock (_gate)
            {
                if (_coverage is null || agent.Time.GetElapsedTime(_coveredAt) >= CoverageInterval)
                    (_coverage, _coveredAt) = (Cover(), agent.Time.GetTimestamp());
                return _coverage;
            }
        }
    }

    public Task<IReadOnlyDictionary<Guid, TenantRecord>> FindTenantsAsync(IEnumerable<Guid> tenants, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<Guid, TenantRecord>>(
        tenants.Distinct().Select(id => TenantIds.Find(agent.Stores, id)).OfType<Database>().Select(RecordOf).ToDictionary(t => t.Tenant));

    /// <summary>One that is registered no more is looked for in the replicas. Throws <see cref="ProblemException"/> when one of those does not answer.</summary>
    public async Task<IReadOnlyDictionary<Guid, TenantRecord>> FindRestorableAsync(IEnumerable<Guid> tenants, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, TenantRecord>();
        foreach (var id in tenants.Distinct())
        {
            if (TenantIds.Find(agent.Stores, id) is { } database)
                found[id] = RecordOf(database);
            else if (await FindBackupAsync(id, cancellationToken) is { } backup)
                found[id] = GoneOf(id, backup);
        }
        return found;
    }

    /// <summary>Of a step that was planned. Throws <see cref="StorageException"/> when it can be found no more.</summary>
    public IReplicaStorage OpenReplica(RestorePlanStep step)
    {
        if (TenantIds.Find(agent.Stores, step.TenantId) is { } database)
            return database.FurthestStorage;
        var name = FleetKeys.TextOf(step.TenantId);
        return agent.Stores.Replicas.Select(r => r.Open(r.PathOf(name))).FirstOrDefault(s => s.Url == step.Replica)
            ?? throw new StorageException($"{step.TenantId} is registered no more, and {step.Replica} is not where its replica would be today", StorageFault.Transient);
    }

    private async Task<IReplicaStorage?> FindBackupAsync(Guid id, CancellationToken cancellationToken)
    {
        foreach (var store in agent.Stores.All)
        {
            try
            {
                if (await store.FindBackupAsync(FleetKeys.TextOf(id), cancellationToken) is { } backup)
                    return backup;
            }
            catch (StorageException away)
            {
                throw new ProblemException(ContractProblems.ReplicaUnavailable(agent.Stores.ReplicaUrl, away.Message));
            }
        }
        return null;
    }

    private TenantRecord GoneOf(Guid id, IReplicaStorage backup) => new()
    {
        Tenant = id,
        HostId = HostId,
        Epoch = 0,
        Replica = backup.Url,
        Path = agent.Stores.All.Select(s => s.KnownPath(FleetKeys.TextOf(id))).FirstOrDefault(p => p is not null) ?? "",
        Status = StatusWords.Lost,
        Since = agent.Time.GetUtcNow(),
        UpdatedAt = agent.Time.GetUtcNow(),
    };

    public Task<HostDigest?> FindHostAsync(string hostId, CancellationToken cancellationToken) => Task.FromResult(hostId == HostId ? Digest : null);

    public Task<IReadOnlyDictionary<string, HostDigest>> FindHostsAsync(IEnumerable<string> hostIds, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, HostDigest>>(
        hostIds.Distinct().Where(id => id == HostId).ToDictionary(id => id, _ => Digest, StringComparer.Ordinal));

    public Task<IReadOnlyList<Guid>> TenantsOfAsync(string hostId, int most, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>(
        hostId == HostId ? [.. agent.Stores.Databases.Select(d => TenantIds.Of(d.Name)).Order().Take(most)] : []);

    /// <summary>The last drills of a tenant, the newest first.</summary>
    public IReadOnlyList<ProofRecord> Drills(Guid tenant, int most) =>
        [.. (agent.Drills.Find(tenant)?.Known ?? []).Concat(agent.Requests.Drills(tenant, most)).DistinctBy(p => p.At).OrderByDescending(p => p.At).Take(most)];

    /// <summary>In the order of their GUIDs.</summary>
    /// <param name="prefix">Only those whose GUIDs begin so.</param>
    public (IReadOnlyList<Database> Items, PageCursor? Next) Page(string? prefix, int limit, string? cursor)
    {
        var list = $"tenants {prefix}";
        var after = Lists.Cursor(cursor, list, 1) is { } given ? given.After?.Text(FleetTable.SortKey) ?? throw Lists.BadCursor() : null;
        var (items, next) = ClientPage.By(TenantIds.TextOf, agent.Stores.Databases, limit, after, prefix is null ? null : d => TenantIds.TextOf(d).StartsWith(prefix, StringComparison.Ordinal));
        return (items, next is null ? null : new(list, 0, new() { { FleetTable.SortKey, ItemValue.Of(next) } }));
    }

    /// <summary>With a problem, the worst first, of equals the newest.</summary>
    public (IReadOnlyList<(Database Database, TenantRecord Tenant)> Items, PageCursor? Next) Troubled(string list, int limit, string? cursor)
    {
        var before = Lists.Cursor(cursor, list, 1) is { } given ? given.After?.Text(FleetTable.ProblemSort) ?? throw Lists.BadCursor() : null;
        // The least bad on top: it is the one to give up when a worse one comes.
        var page = new PriorityQueue<(Database Database, TenantRecord Tenant), string>(StringComparer.Ordinal);
        foreach (var database in agent.Stores.Databases)
        {
            if (TenantView.ProblemOf(database.Snapshot(), agent.Options.LagLimit) is null && !(agent.Drills.HasFailures && agent.Drills.Find(TenantIds.Of(database.Name))?.Failure is not null))
                continue;
            var tenant = RecordOf(database);
            if (tenant.Problem is null || (before is not null && string.CompareOrdinal(SortOf(tenant), before) >= 0))
                continue;
            page.Enqueue((database, tenant), SortOf(tenant));
            // One more than the page tells that there is more.
            if (page.Count > limit + 1)
                page.Dequeue();
        }
        var hasMore = page.Count > limit;
        if (hasMore)
            page.Dequeue();
        var items = new List<(Database Database, TenantRecord Tenant)>(page.Count);
        while (page.TryDequeue(out var troubled, out _))
            items.Add(troubled);
        items.Reverse();
        return (items, hasMore ? new(list, 0, new() { { FleetTable.ProblemSort, ItemValue.Of(SortOf(items[^1].Tenant)) } }) : null);
    }

    private static string SortOf(TenantRecord tenant) => $"{FleetKeys.ProblemSort(ProblemWords.SeverityOf(tenant.Problem!), tenant.Since)}#{FleetKeys.TextOf(tenant.Tenant)}";

    /// <summary>As a fleet's worker sums up a slice: here all of them are one, and known.</summary>
    private DrillCoverage? Cover()
    {
        var tenants = agent.Stores.Databases.Select(d => RecordOf(d) with { VisitedSince = agent.StartedAt }).ToList();
        var sums = SliceSums.Of(new() { Slice = 0 }, tenants, agent.DrillInterval ?? UsualInterval, agent.Time.GetUtcNow());
        return FleetCoverage.Of([sums]) is { } coverage ? coverage with { VisitedSlices = FleetKeys.Slices } : null;
    }

    private HostDigest Count()
    {
        var figures = HostFigures.Of(agent.Stores, agent.Registration);
        var count = new DigestCount(agent.Options.LagLimit);
        foreach (var database in figures.Databases)
            count.Add(database);
        var digest = count.Into(figures.Digest(HostId, agent.StartedAt, Interval, agent.Time.GetUtcNow()));
        return digest with { WorstLagSeconds = Math.Round(digest.WorstLagSeconds, 3), P99LagSeconds = Math.Round(digest.P99LagSeconds, 3) };
    }
}

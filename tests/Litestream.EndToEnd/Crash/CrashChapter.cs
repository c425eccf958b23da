using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Replication;

namespace Litestream.EndToEnd.Crash;

/// <summary>
/// A few tenants, their applications and an agent from the first copy to the last sync; in between one of them dies again and again, and each
/// time every replica is restored and judged. Short, so that there are many beginnings, and histories stay small enough to be judged whole.
/// </summary>
internal sealed class CrashChapter : IDisposable
{
    private const int TenantCount = 5;
    private static readonly TimeSpan StepPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(60);

    private readonly Random _random;
    private readonly CrashTotals _totals;
    private readonly Sandbox _sandbox = new();
    private readonly string _archive;
    private readonly Tenant[] _tenants;
    private readonly CrashReplicas _replicas;
    private readonly Acknowledgements _acks;
    private readonly JudgeProcess _judge;
    private readonly Witness _witness;
    private readonly HistoryWriters _writers;
    private readonly Queue<FaultPoint> _steps = new();
    private AgentLife? _agent;
    private int _lives;

    public CrashChapter(int seed, CrashTotals totals)
    {
        (_random, _totals, _archive) = (new Random(seed), totals, _sandbox.Folder("archive"));
        var bytes = new byte[16];
        _tenants = [.. Enumerable.Range(0, TenantCount).Select(_ => NewTenant())];
        _replicas = new(_sandbox, two: _random.Next(3) == 0);
        _acks = new(_sandbox.Folder("acks"));
        _judge = new(_sandbox, _archive);
        _witness = new(_sandbox, _tenants, _replicas.Of, _judge, _archive, totals);
        _writers = new(_sandbox, _random, _tenants, _acks, _archive);

        Tenant NewTenant()
        {
            _random.NextBytes(bytes);
            return new(_sandbox, new Guid(bytes), _sandbox.Data, ".db");
        }
    }

    /// <summary>Ends early when something was found: what comes after it proves nothing.</summary>
    public async Task RunAsync(int kills)
    {
        await _writers.CreateAsync();
        for (var end = _totals.Kills + kills; _totals.Kills < end && _totals.Findings.Count == 0;)
        {
            _writers.StartAll();
            _agent ??= await BeginLifeAsync(NextStep());
            await KillSomethingAsync();
            if (_agent.HasEnded)
                await BuryAsync(_agent);
            await _witness.RestoreAllAsync();
            if (_random.Next(8) == 0)
                await CompareAsync();
            else if (_agent is null && _random.Next(4) == 0)
                await EmptyOneAsync();
        }

        if (_totals.Findings.Count == 0)
            await EndAsync();
        if (_totals.Findings.Count > 0)
            Keep();
    }

    public void Dispose()
    {
        _writers.Dispose();
        _agent?.Dispose();
        _judge.Dispose();
        _acks.Close();
        _sandbox.Dispose();
    }

    private async Task KillSomethingAsync()
    {
        switch (_random.Next(10))
        {
            case < 6:
                if (_agent!.DeathAt is null || !await _agent.DiesWithinAsync(StepPatience))
                    await KillAgentAsync(within: 700);
                break;
            case < 8 when DyingInFsync.IsPossible:
                // The process that makes room for it is killed, too; only what is judged counts.
                _totals.WriterKills++;
                _totals.FsyncKills += await _writers.OneDiesInFsyncAsync(StepPatience) ? 1 : 0;
                break;
            case 8:
                await KillAgentAsync(within: 300);
                await KillWriterAsync();
                break;
            default:
                await Task.Delay(_random.Next(400));
                await KillWriterAsync();
                break;
        }
    }

    private async Task KillAgentAsync(int within)
    {
        await Task.Delay(_random.Next(within));
        _agent!.Kill();
        await _agent.DiesWithinAsync(LastPatience);
    }

    private async Task KillWriterAsync()
    {
        await _writers.KillOneAsync();
        _totals.WriterKills++;
    }

    private async Task<AgentLife> BeginLifeAsync(FaultPoint? deathAt)
    {
        // The tenants of the chapter are in WAL mode but for moments.
        if (deathAt == FaultPoint.SwitchedNotBooked)
            await AddOneInRollbackModeAsync();
        var agent = BeginLife(deathAt);
        // Theirs mostly take their WAL along themselves.
        if (deathAt == FaultPoint.LeftoversHalfRemoved)
            await DeleteOneInUseAsync(agent);
        return agent;
    }

    private async Task DeleteOneInUseAsync(AgentLife agent)
    {
        var path = NewPath();
        using var application = await Application.OpenAsync(_sandbox, path, "-create");
        await application.InsertAsync(10);
        for (var deadline = DateTime.UtcNow + StepPatience; !agent.HasEnded && DateTime.UtcNow < deadline && !await agent.TrySyncAsync(Path.GetFileNameWithoutExtension(path));)
            await Task.Delay(20);
        File.Delete(path);
        await application.EndAsync();
    }

    private async Task AddOneInRollbackModeAsync()
    {
        using var application = await Application.OpenAsync(_sandbox, NewPath(), "-create");
        await application.ExecuteAsync("PRAGMA journal_mode=DELETE");
        await application.EndAsync();
    }

    private string NewPath()
    {
        var id = new byte[16];
        _random.NextBytes(id);
        return Path.Combine(_sandbox.Data, $"{new Guid(id)}.db");
    }

    private AgentLife BeginLife(FaultPoint? deathAt) => AgentLife.Begin(_sandbox, _replicas.Flags, _random, deathAt, AskForSyncAsync);

    /// <summary>Every other life ends at a named step, each in its turn.</summary>
    private FaultPoint? NextStep()
    {
        if (_random.Next(4) == 0)
            return null;
        if (_steps.Count == 0)
        {
            var points = CrashTotals.Points.ToArray();
            _random.Shuffle(points);
            foreach (var point in points.OrderBy(point => _totals.Steps[point]))
            {
                // Only what was staged and not published is taken up again.
                if (point == FaultPoint.StagedTakenUp)
                    _steps.Enqueue(FaultPoint.BookedNotPublished);
                _steps.Enqueue(point);
            }
        }

        return _steps.Dequeue();
    }

    private async Task AskForSyncAsync(RunningAgent agent)
    {
        var tenant = _tenants[Random.Shared.Next(_tenants.Length)];
        if (_acks.Newest(tenant.Id) is { } acknowledged && await agent.TrySyncAsync(tenant.Id, TimeSpan.FromSeconds(5)))
            _witness.Promise(tenant, acknowledged);
    }

    private async Task BuryAsync(AgentLife agent)
    {
        if (await agent.EndAsync() is { } complaint)
            _witness.Find(Finding.Other, _tenants[0], complaint);
        _totals.AgentKills++;
        if (agent.DiedAt is { } point)
            _totals.Steps[point]++;
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, $"agent-{_lives++:000}.log"), $"died at {agent.DiedAt?.ToString() ?? "any point"}\n{agent.Said}");
        agent.Dispose();
        _agent = null;
    }

    /// <summary>Writers stand still, everything is synced: now the replicas must be equal to the databases.</summary>
    private async Task CompareAsync()
    {
        _agent ??= BeginLife(null);
        // Asking takes until it answers at all.
        await Eventually.TrueAsync(async () => _agent.HasEnded || await _agent.TrySyncAsync(_tenants[0].Id), () => $"a sync of {_tenants[0].Id}\n{_agent.Said}");
        _writers.SendAll(Signal.Stop);
        try
        {
            foreach (var tenant in _tenants)
                await CompareAsync(tenant);
        }
        finally
        {
            _writers.SendAll(Signal.Continue);
        }
    }

    private async Task CompareAsync(Tenant tenant)
    {
        var before = await _witness.DigestAsync(tenant.Path);
        var isSynced = before is not null && await _agent!.TrySyncAsync(tenant.Id);
        var restored = isSynced ? await _witness.RestoreAsync(tenant) : [];
        // A stopped process may still have run for a moment; one that stands still with a lock in its hand keeps everybody out.
        if (restored.Count == 0 || before != await _witness.DigestAsync(tenant.Path))
        {
            _totals.Inconclusive++;
            return;
        }

        _totals.Comparisons++;
        var digests = await DigestsAsync(restored);
        // A sync is over when one replica has it.
        if (!digests.Contains(before))
            _witness.Find(Finding.Unequal, tenant, $"synced, and the replica restores to {string.Join(" and ", digests)}, the database is {before}");
        foreach (var copy in restored.Where((_, i) => digests[i] == before))
            File.Delete(copy.File);
    }

    /// <summary>No agent runs, and somebody empties a replica of a tenant whose other one has everything that was promised.</summary>
    private async Task EmptyOneAsync()
    {
        var tenant = _tenants[_random.Next(_tenants.Length)];
        var replicas = _replicas.Of(tenant);
        var emptied = _random.Next(replicas.Count);
        var restored = await _witness.RestoreAsync(tenant);
        if (replicas.Count == 2 && restored.Count == 2 && _witness.IsAsPromised(tenant, restored[1 - emptied]))
        {
            Directory.Delete(replicas[emptied].ReplicaFolder, recursive: true);
            _witness.Forget(replicas[emptied]);
            _totals.Emptied++;
        }

        foreach (var copy in restored)
            File.Delete(copy.File);
    }

    private async Task<IReadOnlyList<string?>> DigestsAsync(IReadOnlyList<Restored> restored)
    {
        var digests = new List<string?>();
        foreach (var copy in restored)
            digests.Add(await _witness.DigestAsync(copy.File));
        return digests;
    }

    private async Task EndAsync()
    {
        if (_agent is not null)
        {
            await KillAgentAsync(within: 1);
            await BuryAsync(_agent);
        }

        _writers.StartAll();
        await _writers.AreReadyAsync();
        _agent = BeginLife(null);
        if (await _writers.StopAsync() is { } complaints)
            _witness.Find(Finding.LiveHarmed, _tenants[0], complaints);
        foreach (var tenant in _tenants)
        {
            await _witness.LookAtLiveAsync(tenant, _acks.Newest(tenant.Id));
            await Eventually.TrueAsync(async () => await _agent.TrySyncAsync(tenant.Id, LastPatience), () => $"the last sync of {tenant.Id}\n{_agent.Said}", LastPatience * 2);
        }

        if (await _agent.StopAsync() is { } complaint)
            _witness.Find(Finding.Other, _tenants[0], complaint);
        foreach (var tenant in _tenants)
            await MustBeEqualAsync(tenant);
    }

    private async Task MustBeEqualAsync(Tenant tenant)
    {
        var replicas = _replicas.Of(tenant);
        var digests = await DigestsAsync(await _witness.RestoreAsync(tenant));
        _totals.Comparisons++;
        var live = await _witness.DigestAsync(tenant.Path);
        if (digests.Count < replicas.Count || digests.Any(digest => digest != live))
            _witness.Find(Finding.Unequal, tenant, $"stopped in order, the database is {live}, {replicas.Count} replicas restore to {string.Join(" and ", digests)}");
        else
        {
            foreach (var replica in replicas)
                replica.ChainIsWhole(mayBeginAgain: replicas.Count > 1);
        }
    }

    /// <summary>Leaves everything on disk, with what was said.</summary>
    public void Keep()
    {
        _sandbox.Keep();
        File.WriteAllText(Path.Combine(_sandbox.Root, "agent-last.log"), _agent?.Said ?? "");
        File.WriteAllText(Path.Combine(_sandbox.Root, "writers.log"), _writers.Complaints);
    }
}

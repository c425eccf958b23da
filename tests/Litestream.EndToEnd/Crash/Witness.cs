using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Crash;

/// <summary>Restores the replicas as they stand and says what of it must never be.</summary>
internal sealed class Witness(Sandbox sandbox, IReadOnlyList<Tenant> tenants, JudgeProcess judge, string archive, CrashTotals totals)
{
    private const int Parallelism = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Position> _promised = [];

    /// <summary>From now on every restore of the tenant has this commit: a sync said so.</summary>
    public void Promise(Tenant tenant, Position position)
    {
        lock (_lock)
        {
            totals.Syncs++;
            _promised[tenant.Id] = _promised.TryGetValue(tenant.Id, out var earlier) ? Position.Later(earlier, position) : position;
        }
    }

    public Task RestoreAllAsync() =>
        Parallel.ForEachAsync(tenants, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (tenant, _) => await RestoreAsync(tenant, remove: true));

    /// <summary>The restored file; null when there is nothing to restore yet, or it is not what it should be.</summary>
    public async Task<string?> RestoreAsync(Tenant tenant, bool remove)
    {
        // Before the restore begins: what is promised or published while it runs need not be in it.
        var promised = Promised(tenant);
        var isThere = tenant.Files(1).Concat(tenant.Files(9)).Any();
        var output = sandbox.NextRestorePath();
        var result = await tenant.TryRestoreAsync(output, "-json");
        if (result.ExitCode != 0)
        {
            if (promised is not null || isThere)
                Find(Finding.NotRestorable, tenant, result.All);
            return null;
        }

        lock (_lock)
            totals.Restores++;
        if (JsonDocument.Parse(result.Output).RootElement.GetProperty("proof").GetString() != "sum")
            Find(Finding.NoProof, tenant, result.Output);
        if (!IsAsPromised(tenant, promised, await judge.AskAsync("restored", output, tenant.Path)))
            return null;
        if (!remove)
            return output;
        File.Delete(output);
        return null;
    }

    /// <summary>The application's own database: sound, and with everything that it was told is committed.</summary>
    public async Task LookAtLiveAsync(Tenant tenant, Position? acknowledged)
    {
        var answer = await judge.AskAsync("live", tenant.Path);
        if (answer is not ["ok", var incarnation, var commits])
            Find(Finding.LiveHarmed, tenant, string.Join(' ', answer));
        else if (acknowledged is { } must && PositionOf(incarnation, commits) < must)
            Find(Finding.LiveHarmed, tenant, $"has {PositionOf(incarnation, commits)}, its application was told {must}");
    }

    /// <summary>The digest of a database; null when it cannot be read now.</summary>
    public async Task<string?> DigestAsync(string path) => File.Exists(path) && await judge.AskAsync("digest", path) is ["ok", var digest] ? digest : null;

    public void Find(Finding kind, Tenant tenant, string text)
    {
        lock (_lock)
            totals.Add(kind, $"{kind}: {tenant.Id}: {text}\n  {tenant.Listing()}\n  kept in {sandbox.Root}");
    }

    private bool IsAsPromised(Tenant tenant, Position? promised, string[] answer)
    {
        switch (answer)
        {
            case ["ok", var incarnation, var commits]:
                var restored = PositionOf(incarnation, commits);
                if (promised is { } must && restored < must)
                {
                    Find(Finding.SyncedCommitLost, tenant, $"restored is {restored}, promised was {must}");
                    return false;
                }

                lock (_lock)
                    _promised[tenant.Id] = _promised.TryGetValue(tenant.Id, out var newer) ? Position.Later(newer, restored) : restored;
                return true;
            case ["blank"]:
                // An incarnation that has only begun, after one that is over.
                if (promised is not { } over || File.Exists(Path.Combine(archive, $"{tenant.Id}.{over.Incarnation}")))
                    return true;
                Find(Finding.SyncedCommitLost, tenant, $"restored is empty, promised was {promised}");
                return false;
            default:
                Find(answer is ["wrong", "prefix", ..] ? Finding.NoPrefix : Finding.Unsound, tenant, string.Join(' ', answer));
                return false;
        }
    }

    private Position? Promised(Tenant tenant)
    {
        lock (_lock)
            return _promised.TryGetValue(tenant.Id, out var position) ? position : null;
    }

    private static Position PositionOf(string incarnation, string commits) => new(int.Parse(incarnation), long.Parse(commits));
}

using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Histories;

/// <summary>Restores the replicas as they stand and says what of it must never be.</summary>
internal sealed class Witness(Sandbox sandbox, IReadOnlyList<Tenant> tenants, Func<Tenant, IReadOnlyList<Tenant>> replicasOf, JudgeProcess judge, string archive, HistoryTotals totals)
{
    private const int Parallelism = 2;

    /// <summary>Exit code of a restore that did without a damaged file, and says which.</summary>
    private const int GoneAround = 3;

    /// <summary>How a refused restore says that files are not there, or not what they were.</summary>
    private static readonly string[] Reasons = ["missing", ".ltx", "no backup", "nothing that old", "nearest point", "the newest is"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Position> _promised = [];
    private readonly Dictionary<string, Position> _reached = [];
    private readonly HashSet<string> _spoiled = [];
    private readonly HashSet<string> _scarred = [];

    /// <summary>From now on a restore of the tenant has this commit: a sync said so.</summary>
    public void Promise(Tenant tenant, Position position)
    {
        lock (_lock)
            totals.Syncs++;
        Raise(_promised, tenant.Id, position);
    }

    /// <summary>It says what is missing or damaged, or what can be had instead.</summary>
    public static bool IsReason(string text) => Reasons.Any(reason => text.Contains(reason, StringComparison.OrdinalIgnoreCase));

    public Task RestoreAllAsync() =>
        Parallel.ForEachAsync(tenants, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (tenant, _) =>
        {
            foreach (var restored in await RestoreAsync(tenant))
                File.Delete(restored.File);
        });

    /// <summary>
    /// What each replica of the tenant restores to; without those that have nothing yet, or are not what they should be. What a sync promised is in one of
    /// them, and none ever goes back.
    /// </summary>
    public async Task<IReadOnlyList<Restored>> RestoreAsync(Tenant tenant)
    {
        // Before the restore begins: what is promised or published while it runs need not be in it.
        var promised = Newest(_promised, tenant.Id);
        var answers = new List<Restored>();
        foreach (var replica in replicasOf(tenant))
        {
            if (await RestoreOneAsync(replica) is { } restored)
                answers.Add(restored);
        }

        if (IsSpoiled(tenant))
            return answers;
        if (promised is { } must && answers.Count == 0)
            Find(Finding.NotRestorable, tenant, $"from no replica; promised was {must}");
        else if (promised is { } least && !answers.Exists(restored => Keeps(tenant, least, restored.Position)))
            Find(Finding.SyncedCommitLost, tenant, $"restored is {string.Join(" and ", answers.Select(restored => restored.Position))}, promised was {least}");
        return answers;
    }

    public bool IsAsPromised(Tenant tenant, Restored restored) => IsAsPromised(tenant, Promised(tenant), restored);

    /// <param name="promised">Before the restore began: what is promised while it runs need not be in it.</param>
    public bool IsAsPromised(Tenant tenant, Position? promised, Restored restored) => promised is not { } must || Keeps(tenant, must, restored.Position);

    public Position? Promised(Tenant tenant) => Newest(_promised, tenant.Id);

    /// <summary>Somebody emptied a replica: it begins anew.</summary>
    public void Forget(Tenant replica)
    {
        lock (_lock)
            _reached.Remove(replica.ReplicaFolder);
    }

    /// <summary>
    /// Somebody takes away or damages objects of it: until it is healed a restore may be refused, or end earlier. What is restored is sound and proven all the same.
    /// Not while a restore of it runs.
    /// </summary>
    public void Spoil(Tenant tenant)
    {
        lock (_lock)
        {
            _spoiled.Add(tenant.Id);
            _scarred.Add(tenant.Id);
        }
    }

    /// <summary>From now on everything that was promised is asked for again. What is damaged may lie there still, and be gone around.</summary>
    public void Trust(Tenant tenant)
    {
        lock (_lock)
            _spoiled.Remove(tenant.Id);
    }

    private bool IsSpoiled(Tenant tenant)
    {
        lock (_lock)
            return _spoiled.Contains(tenant.Id);
    }

    /// <summary>It was spoiled, and is healed.</summary>
    private bool IsScarred(Tenant tenant)
    {
        lock (_lock)
            return _scarred.Contains(tenant.Id) && !_spoiled.Contains(tenant.Id);
    }

    private async Task<Restored?> RestoreOneAsync(Tenant replica)
    {
        var reached = Newest(_reached, replica.ReplicaFolder);
        var isThere = replica.Files(1).Concat(replica.Files(9)).Any();
        var output = sandbox.NextRestorePath();
        var result = await replica.TryRestoreAsync(output, "-json");
        if (result.ExitCode != 0 && !(result.ExitCode == GoneAround && IsScarred(replica)))
        {
            if (IsSpoiled(replica))
                Refused(replica, result.All);
            else if (reached is not null || isThere)
                Find(Finding.NotRestorable, replica, result.All);
            return null;
        }
        return await JudgeAsync(replica, result, output) is { } restored ? Reached(replica, reached, restored) : null;
    }

    /// <summary>A state of before: as much the first commits of its history as the newest one. False: it was refused, with its reason.</summary>
    public async Task<bool> RestorePointAsync(Tenant replica, string txid)
    {
        var output = sandbox.NextRestorePath();
        var result = await replica.TryRestoreAsync(output, "-txid", txid, "-json");
        if (result.ExitCode is not 0 and not GoneAround)
        {
            Refused(replica, result.All);
            return false;
        }
        await JudgeAsync(replica, result, output);
        File.Delete(output);
        return true;
    }

    private async Task<Restored?> JudgeAsync(Tenant replica, ProgramResult result, string output)
    {
        if (JsonDocument.Parse(result.Output).RootElement.GetProperty("proof").GetString() != "sum")
        {
            Find(Finding.NoProof, replica, result.Output);
            return null;
        }
        lock (_lock)
            totals.Restores++;
        switch (await judge.AskAsync("restored", output, replica.Path))
        {
            case ["ok", var incarnation, var commits]:
                return new(output, PositionOf(incarnation, commits));
            case ["blank"]:
                return new(output, null);
            case var answer:
                Find(answer is ["wrong", "prefix", ..] ? Finding.NoPrefix : Finding.Unsound, replica, string.Join(' ', answer));
                return null;
        }
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

    /// <summary>What is spoiled is not restored, and whoever asked is told why.</summary>
    private void Refused(Tenant replica, string text)
    {
        if (!IsReason(text))
        {
            Find(Finding.NotNamed, replica, text);
            return;
        }
        lock (_lock)
            totals.Refused++;
    }

    private Restored? Reached(Tenant replica, Position? before, Restored restored)
    {
        if (before is { } must && !IsSpoiled(replica) && !Keeps(replica, must, restored.Position))
        {
            Find(Finding.SyncedCommitLost, replica, $"restored is {restored.Position}, an earlier restore of this replica had {must}");
            return null;
        }

        if (restored.Position is { } position)
            Raise(_reached, replica.ReplicaFolder, position);
        return restored;
    }

    /// <summary>Also an incarnation that has only begun, and is empty, after one that is over.</summary>
    private bool Keeps(Tenant tenant, Position must, Position? restored) =>
        restored is { } position ? !(position < must) : File.Exists(Path.Combine(archive, $"{tenant.Id}.{must.Incarnation}"));

    private Position? Newest(Dictionary<string, Position> positions, string key)
    {
        lock (_lock)
            return positions.TryGetValue(key, out var position) ? position : null;
    }

    private void Raise(Dictionary<string, Position> positions, string key, Position position)
    {
        lock (_lock)
            positions[key] = positions.TryGetValue(key, out var earlier) ? Position.Later(earlier, position) : position;
    }

    private static Position PositionOf(string incarnation, string commits) => new(int.Parse(incarnation), long.Parse(commits));
}

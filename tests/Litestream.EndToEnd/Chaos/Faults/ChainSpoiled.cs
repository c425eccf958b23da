using System.Globalization;
using System.Text.Json;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>
/// Somebody deletes or damages objects of a tenant that nobody writes any more, so that its newest state does not restore. What is restored then is proven, or refused with what is missing;
/// its host names it by itself and heals it by an image of the live database; and what was lost is not offered any more.
/// </summary>
internal sealed class ChainSpoiled(bool isDeleted) : Fault(isDeleted ? "chain at rest deleted" : "chain at rest damaged", weight: 1)
{
    private const int Commits = 6;
    private const int Snapshots = 9;

    /// <summary>Of a restore that did without a damaged file, and says which.</summary>
    private const int GoneAround = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [host.Name, "store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await host.StartAsync();
        await using var side = await SideTenant.CreateAsync(site, host);
        using (var application = await side.Tenant.OpenAsync())
        {
            for (var i = 0; i < Commits; i++)
            {
                await application.InsertAsync(5);
                if (!await side.IsSyncedAsync())
                    return;
            }
            await application.EndAsync();
        }
        // What it still has of its files on the host would mend the replica before anybody could tell.
        if (!await side.IsSyncedAsync() || await RestingAsync(site, host, side.Tenant) is not { } resting)
            return;
        var points = await PointsAsync(site, host, side.Tenant);
        var isHurt = await SpoilAsync(site, side.Tenant, points, resting.ReplicatedNumber, random);
        if (isHurt && (!await IsNamedAsync(site, host, side.Tenant, resting) || !await IsHealedAsync(site, host, side.Tenant, resting.ReplicatedNumber)))
            return;
        await side.IsBackedUpAsync();
        await OffersOnlyWhatIsThereAsync(site, host, side.Tenant, points, random);
        site.Totals.ChainWasSpoiled(isHurt);
    }

    /// <summary>Closed, and with the snapshot behind its last commits: nothing more falls due that would be made of what the host has.</summary>
    private static async Task<AgentClient?> RestingAsync(ChaosSite site, ChaosHost host, Tenant tenant)
    {
        AgentClient? client = null;
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if ((client = await host.ClientAsync(tenant.Id)) is { Status: StatusWords.Active, Reason: ReasonWords.Cold, ReplicatedNumber: var newest }
                && (await site.Store.FilesAsync(tenant.Id)).Keys.Any(key => Level(key) == Snapshots && Range(key).Max >= newest - 1))
                return client;
        }
        site.Find(Finding.Stuck, $"{tenant.Id}, which nobody writes, does not come to rest; {host.Name} shows it as {client?.ToString() ?? "nothing"}\n{host.Said}");
        return null;
    }

    /// <summary>True when the newest state did not restore any more, or only around a damaged file.</summary>
    private async Task<bool> SpoilAsync(ChaosSite site, Tenant tenant, IReadOnlyList<string> points, long newest, Random random)
    {
        await site.Store.IsUp.WaitAsync();
        try
        {
            var keys = (await site.Store.FilesAsync(tenant.Id)).Keys.Order(StringComparer.Ordinal).ToList();
            var kept = points.Count > 1 ? Number(points[random.Next(1, points.Count)]) : 0;
            var spoiled = random.Next(3) switch
            {
                // Nothing leads to what is left; what is left ends too early; nothing is left.
                0 => keys.FindAll(key => Range(key).Min == 1),
                1 => keys.FindAll(key => Range(key).Max > kept),
                _ => keys,
            };
            foreach (var key in spoiled)
                await ObjectsSpoiled.SpoilAsync(site, key, isDeleted, random);
            var output = site.Sandbox.NextRestorePath();
            var restored = await tenant.TryRestoreAsync(output, "-json");
            File.Delete(output);
            foreach (var point in Some(site, points, random))
                await IsProvenOrRefusedAsync(site, tenant, point);
            if (!IsThere(restored))
            {
                if (!Witness.IsReason(restored.All))
                    site.Find(Finding.NotNamed, $"{tenant.Id}: {restored.All}");
                return true;
            }
            using var answer = JsonDocument.Parse(restored.Output);
            // Healed already, before anybody could ask; or not needed: what is damaged, and what a snapshot that was being made had read before it was deleted.
            return restored.ExitCode == GoneAround || Number(answer.RootElement.GetProperty("txid").GetString()!) < newest || (await site.Store.FilesAsync(tenant.Id)).Keys.Any(key => IsHealing(key, newest));
        }
        finally
        {
            site.Store.IsUp.Release();
        }
    }

    /// <summary>Without anyone asking: it drills its backups.</summary>
    private static async Task<bool> IsNamedAsync(ChaosSite site, ChaosHost host, Tenant tenant, AgentClient before)
    {
        AgentClient? client = null;
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(50))
        {
            client = await host.ClientAsync(tenant.Id);
            if (client?.LastError is { } error && error != before.LastError && (Witness.IsReason(error) || error.Contains("was published there", StringComparison.Ordinal)))
                return true;
        }
        site.Find(Finding.NotNamed, $"the replica of {tenant.Id} does not restore, and {host.Name} does not say so: it shows {client?.ToString() ?? "nothing"}\n{host.Said}");
        return false;
    }

    /// <summary>By an image of everything, behind what there was: one that level 1 goes on from, so that whoever reads along does, too.</summary>
    private static async Task<bool> IsHealedAsync(ChaosSite site, ChaosHost host, Tenant tenant, long behind)
    {
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            var keys = await site.Store.FilesAsync(tenant.Id);
            if (keys.Keys.Any(key => IsHealing(key, behind)))
                return true;
        }
        site.Find(Finding.Stuck, $"{tenant.Id} gets no new image: {string.Join(' ', (await site.Store.FilesAsync(tenant.Id)).Keys)}; {host.Name} shows {await host.ClientAsync(tenant.Id)}\n{host.Said}");
        return false;
    }

    /// <summary>
    /// What its timeline has can be had; what is damaged stands in it until retention takes it away, and is refused by its name. So is what it had before and has no more.
    /// </summary>
    private async Task OffersOnlyWhatIsThereAsync(ChaosSite site, ChaosHost host, Tenant tenant, IReadOnlyList<string> before, Random random)
    {
        await site.Store.IsUp.WaitAsync();
        try
        {
            var offered = await PointsAsync(site, host, tenant);
            foreach (var point in Some(site, offered, random))
            {
                if (!await IsProvenOrRefusedAsync(site, tenant, point) && isDeleted && (await PointsAsync(site, host, tenant)).Contains(point))
                    site.Find(Finding.NotRestorable, $"{tenant.Id}: {host.Name} offers transaction {point}, which does not restore");
            }
            foreach (var point in Some(site, [.. before.Except(offered)], random))
                await IsProvenOrRefusedAsync(site, tenant, point);
        }
        finally
        {
            site.Store.IsUp.Release();
        }
    }

    /// <summary>True: proven.</summary>
    private static async Task<bool> IsProvenOrRefusedAsync(ChaosSite site, Tenant tenant, string point)
    {
        var output = site.Sandbox.NextRestorePath();
        var restored = await tenant.TryRestoreAsync(output, "-txid", point, "-json");
        if (!IsThere(restored))
        {
            site.Totals.Refused++;
            if (!Witness.IsReason(restored.All))
                site.Find(Finding.NotNamed, $"{tenant.Id} to transaction {point}: {restored.All}");
            return false;
        }
        File.Delete(output);
        using var answer = JsonDocument.Parse(restored.Output);
        if (answer.RootElement.GetProperty("proof").GetString() != "sum" || answer.RootElement.GetProperty("txid").GetString() != point)
            site.Find(Finding.NoProof, $"{tenant.Id} to transaction {point}: {restored.All}");
        return true;
    }

    /// <summary>What the host says can be restored, the newest first: of a healed tenant at least that.</summary>
    private static async Task<IReadOnlyList<string>> PointsAsync(ChaosSite site, ChaosHost host, Tenant tenant)
    {
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await host.PointsAsync(tenant) is { Count: > 0 } points)
                return points;
        }
        site.Find(Finding.Stuck, $"{host.Name} has no timeline of {tenant.Id}\n{host.Said}");
        return [];
    }

    /// <summary>Also around a damaged file, which is told.</summary>
    private static bool IsThere(ProgramResult restored) => restored.ExitCode is 0 or GoneAround;

    private static IEnumerable<string> Some(ChaosSite site, IReadOnlyList<string> points, Random random)
    {
        string[] mixed = [.. points];
        random.Shuffle(mixed);
        return mixed.Take(site.Options.IsLong ? 4 : 2);
    }

    /// <summary>An image of everything in level 1, behind what there was.</summary>
    private static bool IsHealing(string key, long behind) => Level(key) == 1 && Range(key) is { Min: 1, Max: var max } && max > behind;

    private static int Level(string key) => int.Parse(Path.GetFileName(Path.GetDirectoryName(key))!, CultureInfo.InvariantCulture);

    private static (long Min, long Max) Range(string key)
    {
        var name = Path.GetFileNameWithoutExtension(key);
        return (Number(name[..16]), Number(name[17..]));
    }

    private static long Number(string txid) => long.Parse(txid, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

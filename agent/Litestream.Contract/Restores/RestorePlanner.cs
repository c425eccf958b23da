using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Restores;

/// <summary>Decides, for each tenant, on which host and from where, or why not. Pure: what is known in, steps out, in the order of the wish.</summary>
internal static class RestorePlanner
{
    public static List<RestorePlanStep> Plan(
        RestoreWish wish, IReadOnlyDictionary<Guid, TenantRecord> tenants, IReadOnlyDictionary<string, HostDigest> hosts, DateTimeOffset now) =>
        [.. wish.Tenants.Select(id => Step(wish, id, tenants, hosts, now))];

    /// <summary>What its host is told.</summary>
    public static CommandArguments Arguments(RestoreWish wish, RestorePlanStep step, TenantRecord? tenant) => new()
    {
        Txid = wish.Txid,
        Timestamp = wish.Timestamp,
        TargetPath = wish.TargetPath,
        NewTenant = wish.NewTenant,
        IfBusy = wish.IfBusy,
        // Its own host knows where its replicas are.
        Replica = wish.Replica ?? (step.HostId == tenant?.HostId ? null : step.Replica),
    };

    /// <summary>A new tenant that is none.</summary>
    /// <param name="id">Whose state it would have.</param>
    /// <param name="fork">Its GUID.</param>
    /// <param name="known">What the catalogue has under that; null: nothing.</param>
    public static string? WhyNotFork(Guid id, Guid fork, TenantRecord? known) => fork == id ? $"newTenant is {id} itself: choose another GUID, or restore in place"
        : known is null ? null
        : $"there is a tenant {fork} already{(known.HostId is { } host ? $", on {host}" : "")}: choose a new GUID";

    private static RestorePlanStep Step(
        RestoreWish wish, Guid id, IReadOnlyDictionary<Guid, TenantRecord> tenants, IReadOnlyDictionary<string, HostDigest> hosts, DateTimeOffset now)
    {
        var tenant = tenants.GetValueOrDefault(id);
        var host = wish.Host ?? tenant?.HostId;
        var digest = host is null ? null : hosts.GetValueOrDefault(host);
        var liveness = LivenessWords.Of(digest, now);
        var step = new RestorePlanStep
        {
            TenantId = id,
            HostId = host,
            HostLiveness = host is null ? null : liveness,
            Replica = wish.Replica ?? tenant?.Replica,
            TargetPath = wish.TargetPath,
            NewTenant = wish.NewTenant,
        };
        var (code, detail) = WhyNot(wish, id, tenant, host, digest, liveness);
        if (code is null && wish.NewTenant is { } fork && WhyNotFork(id, fork, tenants.GetValueOrDefault(fork)) is { } why)
            (code, detail) = (ProblemCodes.BadArgument, why);
        return step with { Code = code, Detail = detail };
    }

    private static (string? Code, string? Detail) WhyNot(RestoreWish wish, Guid id, TenantRecord? tenant, string? host, HostDigest? digest, string liveness)
    {
        if (tenant is null && (wish.Replica is null || wish.IsInPlace))
            return (ProblemCodes.UnknownTenant, $"no tenant {id} is in the catalogue; one whose agent never reported it can be restored from a replica that you name");
        if (host is null)
            return (ProblemCodes.BadArgument, $"{id} is nobody's: name a host");
        if (digest is null)
            return (ProblemCodes.UnknownHost, $"no host {host} ever reported");
        if (wish.IsInPlace && host != tenant?.HostId)
            return (ProblemCodes.BadArgument, $"{id} lives on {tenant?.HostId ?? "no host"}: in place means there; give targetPath or newTenant for {host}");
        return liveness is LivenessWords.Live or LivenessWords.Late
            ? (null, null)
            : (ProblemCodes.HostAway, $"{host} is {liveness}: nobody there would begin. Choose another host, or start its agent");
    }
}

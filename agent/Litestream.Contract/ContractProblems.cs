using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Contract;

/// <summary>What cannot be answered or done as asked, for one host as for many; beside what is wrong with any request (<see cref="RequestProblems"/>).</summary>
internal static class ContractProblems
{
    public static Problem ScopeMissing(string scope) =>
        RequestProblems.Of(403, ProblemCodes.ScopeMissing, "The token may not do this", $"this needs the scope {scope}", "ask whoever gives out tokens");

    public static Problem UnknownHost(string id) =>
        RequestProblems.Of(404, ProblemCodes.UnknownHost, "Unknown host", $"no host {(id.Length <= 64 ? id : id[..64] + "…")} ever reported to this fleet", "/api/hosts lists them");

    public static Problem UnknownTenant(Guid tenant) =>
        RequestProblems.Of(404, ProblemCodes.UnknownTenant, "Unknown tenant", $"the catalogue has no tenant {tenant:d}", "/api/tenants?prefix= finds those whose GUIDs begin so");

    public static Problem BadArgument(string detail) => RequestProblems.Of(400, ProblemCodes.BadArgument, "The request contradicts itself or lacks something", detail);

    public static Problem BadKey() =>
        RequestProblems.Of(400, ProblemCodes.BadIdempotencyKey, "The change has no idempotency key", "the header Idempotency-Key has 1 to 128 visible characters; the same request under the same key happens once",
            "send a new random one with each change, and the same one when you send it again");

    public static Problem KeyReused(string key, string action) =>
        RequestProblems.Of(422, ProblemCodes.IdempotencyKeyReused, "The idempotency key came with another request before", $"{key} was used for {action}", "send a new key");

    public static Problem TooMany(int most) =>
        RequestProblems.Of(413, ProblemCodes.TooMany, "Too many tenants at once", $"one request names at most {most}", "send several requests");

    /// <summary>All tenants of a host were meant.</summary>
    public static Problem HostHasTooMany(string host, int most) =>
        RequestProblems.Of(413, ProblemCodes.TooMany, "Too many tenants at once", $"host {host} has more than {most}, and one request drills no more",
            $"name them, {most} at a time: /api/hosts/{host}/tenants lists them. The fleet's worker drills each within its days without being asked");

    /// <param name="kind">Of job.</param>
    /// <param name="id">As it was asked for.</param>
    public static Problem UnknownJob(string kind, string id) => RequestProblems.Of(404, ProblemCodes.UnknownJob, $"Unknown {kind}", $"there is no {kind} {id}", $"/api/{kind}s lists them");

    public static Problem UnknownCommand(string id) => RequestProblems.Of(404, ProblemCodes.UnknownCommand, "Unknown command", $"there is no command {id} of this host");

    public static Problem ReplicaUnavailable(string url, string why) =>
        RequestProblems.Of(503, ProblemCodes.Unavailable, "The replica cannot be read from here", $"{url}: {why}", "the API reads buckets with its own credentials, and folders of its own machine only");

    public static Problem NotCancellable(string detail) => RequestProblems.Of(409, ProblemCodes.NotCancellable, "It cannot be called back", detail);

    public static Problem NothingToUndo(string detail) => RequestProblems.Of(409, ProblemCodes.NothingToUndo, "Nothing can be undone", detail);

    public static Problem RestoreWaiting(string detail) => RequestProblems.Of(409, ProblemCodes.RestoreWaiting, "Another restore in place comes first", detail, "wait for its end, or cancel it");

    public static Problem HostAway(string host, string liveness) =>
        RequestProblems.Of(409, ProblemCodes.HostAway, "The host is away", $"{host} is {liveness}: nobody there would begin", "start its agent, or choose another host");

    public static Problem HostNotLost(string host, string liveness) => RequestProblems.Of(409, ProblemCodes.HostNotLost, "The host is not lost",
        $"{host} is {liveness}: its tenants are not given to others without it", "wait until it is lost, or move its tenants while it is heard of");

    public static Problem StaleEpoch(Guid tenant, long now, long given) =>
        RequestProblems.Of(409, ProblemCodes.StaleEpoch, "The tenant has another epoch by now", $"{tenant} is in epoch {now}; the request was made for {given}", "look at it again before you decide");

    /// <summary>Nothing is done when one of many cannot be.</summary>
    public static Problem OfStep(string kind, RestorePlanStep refused, int count, int total) => RequestProblems.Of(
        refused.Code switch { ProblemCodes.UnknownTenant or ProblemCodes.UnknownHost => 404, ProblemCodes.HostAway or ProblemCodes.RestoreWaiting => 409, _ => 400 },
        refused.Code!, $"The {kind} cannot be done as asked", total == 1 ? refused.Detail : $"{count} of {total} tenants cannot be {kind}{(kind.EndsWith('e') ? "d" : "ed")}, and nothing was begun. The first: {refused.Detail}",
        total == 1 ? null : "dryRun lists each with its reason");
}

using Litestream.Contract;
using Litestream.Contract.Drills;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Cloud.Evacuations;

/// <summary>What a request for an evacuation says, read and checked by itself; whether it can be done is <see cref="EvacuationPlanner"/>'s question.</summary>
internal sealed record EvacuationWish
{
    /// <summary>Each is a command of its own; a host with more is emptied in turns.</summary>
    public const int MostTenants = DrillWish.MostTenants;

    private const int MostTargets = 100;
    private const int UsualFailures = 10;

    public required string From { get; init; }

    /// <summary>Each once.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>Each once, in the order of the request; null: all of <see cref="From"/>.</summary>
    public IReadOnlyList<Guid>? Tenants { get; init; }

    public required int MaxFailures { get; init; }

    public required TimeSpan Life { get; init; }

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static EvacuationWish Read(EvacuationRequest request)
    {
        if (request.From is null || request.To is not { Count: > 0 and <= MostTargets })
            throw AskedValues.Bad($"from names the host that is gone, and to the hosts that take its tenants, at most {MostTargets}");
        var (from, to) = (AskedValues.HostOf(request.From), request.To.Select(t => AskedValues.HostOf(t ?? "")).Distinct().ToList());
        if (to.Contains(from))
            throw AskedValues.Bad($"{from} is the host that is gone, and cannot take its own tenants");
        if (request.Tenants is { Count: 0 })
            throw AskedValues.Bad("tenants lists the GUIDs of some; leave it out for all");
        if (request.Tenants is { Count: > MostTenants })
            throw new ProblemException(ContractProblems.TooMany(MostTenants));
        if (request.MaxFailures is < 0)
            throw AskedValues.Bad("maxFailures is 0 or more");
        return new()
        {
            From = from,
            To = to,
            Tenants = request.Tenants?.Select(t => AskedValues.GuidOf(t ?? "")).Distinct().ToList(),
            MaxFailures = request.MaxFailures ?? UsualFailures,
            Life = AskedValues.LifeOf(request.ExpiresInSeconds ?? (int)CommandItem.LongestLife.TotalSeconds),
        };
    }
}

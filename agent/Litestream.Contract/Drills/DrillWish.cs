using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Contract.Drills;

/// <summary>What a request for drills says, read and checked by itself; whether it can be done is <see cref="DrillPlanner"/>'s question.</summary>
internal sealed record DrillWish
{
    /// <summary>Each is a command of its own.</summary>
    public const int MostTenants = 1000;

    /// <summary>Each once, in the order of the request; null: all of <see cref="Host"/>.</summary>
    public IReadOnlyList<Guid>? Tenants { get; init; }

    public string? Host { get; init; }

    public required TimeSpan Life { get; init; }

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static DrillWish Read(DrillRequest request) => request switch
    {
        { Tenants: null, Host: null } or { Tenants: not null, Host: not null } => throw AskedValues.Bad("either tenants lists GUIDs, or host names the host whose tenants are all drilled"),
        { Tenants.Count: 0 } => throw AskedValues.Bad("tenants lists the GUIDs of those to drill"),
        { Tenants.Count: > MostTenants } => throw new ProblemException(ContractProblems.TooMany(MostTenants)),
        _ => new()
        {
            Tenants = request.Tenants?.Select(t => AskedValues.GuidOf(t ?? "")).Distinct().ToList(),
            Host = request.Host is null ? null : AskedValues.HostOf(request.Host),
            Life = AskedValues.LifeOf(request.ExpiresInSeconds),
        },
    };
}

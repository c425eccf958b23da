namespace Litestream.Fleet.Api;

/// <summary>Something is wrong: an entry of <c>/api/problems</c>. (A <see cref="Problem"/> is an answer that is an error.)</summary>
public sealed record FleetProblem
{
    /// <summary>One of <see cref="Items.ProblemWords"/>, or of a host a word of <see cref="LivenessWords"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>3: nobody protects the data; 2: it is not protected now; 1: it may not be.</summary>
    public required int Severity { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Null: of no single tenant.</summary>
    public Guid? TenantId { get; init; }

    public string? HostId { get; init; }

    /// <summary>First two digits of the GUIDs of a slice; null: of none.</summary>
    public string? Slice { get; init; }

    /// <summary>Tenants that it is about.</summary>
    public required int Tenants { get; init; }

    /// <summary>A sentence with its remedy.</summary>
    public string? Detail { get; init; }
}

namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>POST /api/restores</c> with <c>dryRun</c>: nothing was written.</summary>
public sealed record RestorePlan
{
    /// <summary>At most 100 of them.</summary>
    public required IReadOnlyList<RestorePlanStep> Items { get; init; }

    public required int Total { get; init; }

    /// <summary>Steps that would be refused.</summary>
    public required int Refused { get; init; }
}

namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>POST /api/restores</c> and <c>POST /api/drills</c> with <c>dryRun</c>: nothing was written.</summary>
public sealed record RestorePlan
{
    /// <summary>All of them: at most 100, of drills 1,000.</summary>
    public required IReadOnlyList<RestorePlanStep> Items { get; init; }

    public required int Total { get; init; }

    /// <summary>Steps that would be refused.</summary>
    public required int Refused { get; init; }
}

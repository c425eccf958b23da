namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>POST /api/evacuations</c> with <c>dryRun</c>: nothing was written.</summary>
public sealed record EvacuationPlan
{
    /// <summary>The host that is gone.</summary>
    public required string From { get; init; }

    /// <summary>Where to, with what each is given.</summary>
    public required IReadOnlyList<EvacuationTarget> Targets { get; init; }

    /// <summary>All of them, at most 1,000.</summary>
    public required IReadOnlyList<EvacuationStep> Items { get; init; }

    public required int Total { get; init; }

    /// <summary>Steps that cannot be done. Of all tenants of a host those without anything in a replica are left out; anything else stops all.</summary>
    public required int Refused { get; init; }

    /// <summary>Of those that would be done.</summary>
    public required long Bytes { get; init; }

    /// <summary>The host has more: ask again when these are done.</summary>
    public required bool HasMore { get; init; }
}

namespace Litestream.Fleet.Api;

/// <summary>One of several replicas of a tenant: its own progress and health.</summary>
public sealed record ClientReplica
{
    /// <summary>Without secrets: what <c>litestream restore</c> takes.</summary>
    public required string Url { get; init; }

    /// <summary>How publishing goes there: one of <see cref="StatusWords"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="ReasonWords"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as a sentence with its remedy.</summary>
    public string? Detail { get; init; }

    /// <summary>Newest transaction there, 16 hexadecimal digits; null before the first.</summary>
    public string? Txid { get; init; }

    /// <summary>When something was last published there, UTC.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>How long something has been waiting to reach it; 0 when nothing does.</summary>
    public double LagSeconds { get; init; }

    /// <summary>Attempts that failed since the program started.</summary>
    public long Errors { get; init; }
}

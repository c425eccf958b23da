namespace Litestream.Fleet.Api;

/// <summary>An error as <c>application/problem+json</c> (RFC 9457).</summary>
public sealed record Problem
{
    public const string MediaType = "application/problem+json";

    /// <summary>What went wrong, the same for every case of <see cref="Code"/>.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>One of <see cref="ProblemCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>This case, as a sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>The way out.</summary>
    public string? Hint { get; init; }
}

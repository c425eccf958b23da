using Litestream.Fleet.Items;

namespace Litestream.Fleet;

/// <summary>The closed list of a tenant's <c>health</c>. What nobody vouches for now is unknown, never healthy.</summary>
public static class HealthWords
{
    public const string Healthy = "healthy";

    /// <summary>Something is wrong with it: <see cref="ProblemWords"/> says what.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>Not replicated, on purpose or not yet: paused, waiting.</summary>
    public const string Idle = "idle";

    /// <summary>Its host is not heard of, or it is nobody's: whatever stands here is how it was.</summary>
    public const string Unknown = "unknown";

    public static IReadOnlyList<string> All { get; } = [Healthy, Unhealthy, Idle, Unknown];

    /// <summary>What is wrong stays wrong, whoever is silent; what was right counts only while its host is heard of.</summary>
    /// <param name="status">One of <see cref="StatusWords"/>.</param>
    /// <param name="problem">One of <see cref="ProblemWords"/>, or null.</param>
    /// <param name="liveness">Of its owner: one of <see cref="LivenessWords"/>.</param>
    public static string Of(string status, string? problem, string liveness) => status switch
    {
        _ when problem is not null => Unhealthy,
        _ when liveness is not (LivenessWords.Live or LivenessWords.Late) => Unknown,
        StatusWords.Active => Healthy,
        StatusWords.Waiting or StatusWords.Paused => Idle,
        StatusWords.Error or StatusWords.SplitBrain or StatusWords.Lost => Unhealthy,
        _ => Unknown,
    };
}

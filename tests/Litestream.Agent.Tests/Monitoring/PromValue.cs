namespace Litestream.Agent.Tests.Monitoring;

/// <summary>What a part of an expression yields.</summary>
/// <param name="Labels">Of its series; null for a number.</param>
/// <param name="IsRange">A selector with <c>[time]</c> behind it.</param>
/// <param name="IsCounter">A counter, of which rates may be taken.</param>
internal sealed record PromValue(IReadOnlySet<string>? Labels, bool IsRange = false, bool IsCounter = false)
{
    public static PromValue Number { get; } = new((IReadOnlySet<string>?)null);

    public static PromValue With(IEnumerable<string> labels) => new(labels.ToHashSet(StringComparer.Ordinal));
}

namespace Litestream.EndToEnd.Chaos;

/// <summary>Something that goes wrong with the site, and is over when <see cref="StrikeAsync"/> completes.</summary>
/// <param name="name">As the totals say it.</param>
/// <param name="weight">How often it comes, beside others.</param>
internal abstract class Fault(string name, int weight)
{
    public string Name => name;

    public int Weight => weight;

    /// <summary>What the machine lacks for it; null when nothing.</summary>
    public virtual string? Missing(ChaosSite site) => null;

    /// <summary>What it needs to have to itself: faults that need the same do not come together.</summary>
    /// <param name="site">Where.</param>
    /// <param name="host">Whose turn it is.</param>
    public virtual IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [host.Name];

    /// <param name="site">Where.</param>
    /// <param name="host">Whose turn it is.</param>
    /// <param name="random">All its dice.</param>
    public abstract Task StrikeAsync(ChaosSite site, ChaosHost host, Random random);

    protected static Task ForAsync(Random random, int leastMs, int mostMs) => Task.Delay(random.Next(leastMs, mostMs));
}

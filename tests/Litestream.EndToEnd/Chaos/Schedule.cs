namespace Litestream.EndToEnd.Chaos;

/// <summary>Which faults come when: drawn from the seed alone, like cards, so that each has its turns.</summary>
internal sealed class Schedule(ChaosSite site, IReadOnlyList<Fault> faults, int seed)
{
    private const int MostAtOnce = 3;
    private readonly Random _random = new(seed);
    private readonly List<Fault> _deck = [];

    /// <summary>Some that come together; none that would take from another what it needs to have to itself.</summary>
    public IReadOnlyList<Strike> NextRound()
    {
        var taken = new HashSet<string>();
        var round = new List<Strike>();
        for (var wanted = _random.Next(1, MostAtOnce + 1); wanted > 0; wanted--)
        {
            if (_deck.Count == 0)
                Shuffle();
            var (fault, host) = (_deck[^1], site.Hosts[_random.Next(site.Hosts.Count)]);
            var strike = new Strike(fault, host, _random.Next(2000), new Random(_random.Next()));
            var needs = fault.Takes(site, host);
            if (needs.Any(taken.Contains))
                continue;
            _deck.RemoveAt(_deck.Count - 1);
            taken.UnionWith(needs);
            round.Add(strike);
        }
        return round;
    }

    private void Shuffle()
    {
        var cards = faults.SelectMany(fault => Enumerable.Repeat(fault, fault.Weight)).ToArray();
        _random.Shuffle(cards);
        // Each once before any of them again.
        _deck.AddRange(cards);
        _deck.AddRange(faults.OrderBy(_ => _random.Next()));
    }

    /// <param name="Fault">What.</param>
    /// <param name="Host">Where.</param>
    /// <param name="AfterMs">So long after the others of its round may have begun.</param>
    /// <param name="Random">Its dice.</param>
    public sealed record Strike(Fault Fault, ChaosHost Host, int AfterMs, Random Random);
}

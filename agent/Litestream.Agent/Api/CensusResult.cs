namespace Litestream.Agent.Api;

/// <summary>What a pass over all tenants found; not changed after it.</summary>
/// <param name="ByStatus">Tenants by status word; every word is there.</param>
internal sealed record CensusResult(Dictionary<string, int> ByStatus)
{
    private readonly Dictionary<string, PlaceCount> _places = new(StringComparer.Ordinal);

    /// <summary>Registered tenants.</summary>
    public int Total { get; set; }

    /// <summary>How many are not as they should be.</summary>
    public int UnhealthyCount { get; set; }

    /// <summary>The first hundred of them.</summary>
    public List<DatabaseSnapshot> Unhealthy { get; } = [];

    /// <summary>How many are as they should be, but one of their replicas is not.</summary>
    public int PartlyUnhealthyCount { get; set; }

    /// <summary>The first hundred of which somebody may want to know more: either of the above, a pinned WAL, a failed proof.</summary>
    public List<DatabaseSnapshot> Conspicuous { get; } = [];

    /// <summary>Largest lag of all.</summary>
    public double WorstLagSeconds { get; set; }

    /// <summary>How each place does, by its URL.</summary>
    public IReadOnlyDictionary<string, PlaceCount> Places => _places;

    public PlaceCount PlaceOf(string url) => _places.TryGetValue(url, out var place) ? place : _places[url] = new();
}

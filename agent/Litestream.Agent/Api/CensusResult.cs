namespace Litestream.Agent.Api;

/// <param name="Total">Registered tenants.</param>
/// <param name="ByStatus">Tenants by status word; every word is there.</param>
/// <param name="UnhealthyCount">How many are not as they should be.</param>
/// <param name="Unhealthy">The first hundred of them.</param>
/// <param name="WorstLagSeconds">Largest lag of all.</param>
internal sealed record CensusResult(
    int Total, IReadOnlyDictionary<string, int> ByStatus, int UnhealthyCount, IReadOnlyList<DatabaseSnapshot> Unhealthy, double WorstLagSeconds);

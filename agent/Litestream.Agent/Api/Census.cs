using Litestream.Fleet;

namespace Litestream.Agent.Api;

/// <summary>
/// One pass over all tenants, for whoever asks for sums: status page, health check, metrics. At most one pass a second, however many ask.
/// </summary>
internal sealed class Census(Stores stores, TimeSpan lagLimit, TimeProvider time)
{
    public const int MostUnhealthyListed = 100;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private CensusResult? _last;
    private long _takenAt;

    public CensusResult Take()
    {
        lock (_gate)
        {
            if (_last is null || time.GetElapsedTime(_takenAt) >= Fresh)
            {
                _last = Count();
                _takenAt = time.GetTimestamp();
            }
            return _last;
        }
    }

    /// <summary>
    /// Not in error, and no further behind than allowed. Waiting and paused are nobody's failure, however long they last: what is written meanwhile
    /// counts as lag and cannot be sent.
    /// </summary>
    public bool IsHealthy(DatabaseSnapshot database) => database.Status switch
    {
        DatabaseStatus.Waiting or DatabaseStatus.Paused => true,
        DatabaseStatus.Active => database.LagSeconds <= lagLimit.TotalSeconds,
        _ => false,
    };

    /// <summary>The same of one replica; what a tenant that waits has not captured is no replica's fault.</summary>
    public bool IsHealthy(DatabaseSnapshot database, ReplicaSnapshot replica) =>
        replica.Status < DatabaseStatus.Error && (database.Status is DatabaseStatus.Waiting or DatabaseStatus.Paused || replica.LagSeconds <= lagLimit.TotalSeconds);

    /// <summary>It and each of its replicas.</summary>
    public bool IsWhollyHealthy(DatabaseSnapshot database) => IsHealthy(database) && database.Replicas.All(r => IsHealthy(database, r));

    private CensusResult Count()
    {
        var result = new CensusResult(StatusWords.All.ToDictionary(word => word, _ => 0, StringComparer.Ordinal));
        foreach (var store in stores.All)
        {
            var places = store.Replicas.Select(r => result.PlaceOf(r.Url)).ToArray();
            foreach (var database in store.Databases)
                Count(database.Snapshot(), result, places);
        }
        return result;
    }

    private void Count(DatabaseSnapshot database, CensusResult result, PlaceCount[] places)
    {
        result.Total++;
        result.ByStatus[Words.Of(database.Status)]++;
        result.WorstLagSeconds = Math.Max(result.WorstLagSeconds, database.LagSeconds);
        for (var i = 0; i < places.Length; i++)
        {
            places[i].Clients++;
            places[i].Unhealthy += IsHealthy(database, database.Replicas[i]) ? 0 : 1;
            places[i].WorstLagSeconds = Math.Max(places[i].WorstLagSeconds, database.Replicas[i].LagSeconds);
        }
        var isHealthy = IsHealthy(database);
        if (!isHealthy)
        {
            result.UnhealthyCount++;
            if (result.Unhealthy.Count < MostUnhealthyListed)
                result.Unhealthy.Add(database);
        }
        var isPartlyLate = isHealthy && !IsWhollyHealthy(database);
        result.PartlyUnhealthyCount += isPartlyLate ? 1 : 0;
        if ((!isHealthy || isPartlyLate || database.WalPinnedSince is not null || database.Counters.FailedChecks > 0) && result.Conspicuous.Count < MostUnhealthyListed)
            result.Conspicuous.Add(database);
    }
}

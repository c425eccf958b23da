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

    private CensusResult Count()
    {
        var counts = StatusWords.All.ToDictionary(word => word, _ => 0, StringComparer.Ordinal);
        var unhealthy = new List<DatabaseSnapshot>();
        var unhealthyCount = 0;
        var worstLag = 0d;
        var total = 0;
        foreach (var database in stores.Databases)
        {
            var snapshot = database.Snapshot();
            total++;
            counts[Words.Of(snapshot.Status)]++;
            worstLag = Math.Max(worstLag, snapshot.LagSeconds);
            if (IsHealthy(snapshot))
                continue;
            unhealthyCount++;
            if (unhealthy.Count < MostUnhealthyListed)
                unhealthy.Add(snapshot);
        }
        return new(total, counts, unhealthyCount, unhealthy, worstLag);
    }
}

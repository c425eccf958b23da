using Litestream.Fleet.Items;

namespace Litestream.Agent.Reporting;

/// <summary>Adds up one look at all tenants.</summary>
/// <param name="lagLimit">A tenant further behind is unhealthy.</param>
internal sealed class DigestCount(TimeSpan lagLimit)
{
    private readonly int[] _byStatus = new int[Enum.GetValues<DatabaseStatus>().Length];
    private readonly List<double> _lags = [];
    private int _tenants;
    private int _unhealthy;
    private int _others;
    private long _bytes;

    public void AddOther() => _others++;

    public void Add(DatabaseSnapshot database)
    {
        _tenants++;
        _byStatus[(int)database.Status]++;
        _bytes += database.SizeBytes;
        if (TenantView.ProblemOf(database, lagLimit) is not null)
            _unhealthy++;
        if (database.LagSeconds > 0)
            _lags.Add(database.LagSeconds);
    }

    /// <summary>What was counted, in a digest.</summary>
    public HostDigest Into(HostDigest digest)
    {
        _lags.Sort();
        return digest with
        {
            Tenants = _tenants,
            Active = _byStatus[(int)DatabaseStatus.Active],
            Waiting = _byStatus[(int)DatabaseStatus.Waiting],
            Paused = _byStatus[(int)DatabaseStatus.Paused],
            Error = _byStatus[(int)DatabaseStatus.Error],
            SplitBrain = _byStatus[(int)DatabaseStatus.SplitBrain],
            Lost = _byStatus[(int)DatabaseStatus.Lost],
            Unhealthy = _unhealthy,
            OtherDatabases = _others,
            TenantBytes = _bytes,
            WorstLagSeconds = _lags.Count > 0 ? _lags[^1] : 0,
            P99LagSeconds = P99(),
            LagLimitSeconds = lagLimit.TotalSeconds,
        };
    }

    /// <summary>All the others are not behind at all: only those that are were kept.</summary>
    private double P99()
    {
        var behind = Math.Max(1, (int)Math.Ceiling(_tenants * 0.01));
        return _lags.Count >= behind ? _lags[^behind] : 0;
    }
}

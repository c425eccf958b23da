using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>What every step of the forward path needs; one for each store.</summary>
internal sealed record StoreContext(StoreOptions Options, IReadOnlyList<ReplicaPlace> Places, Books Books, Spool Spool, StoreFolder Folder, TimeProvider Time, ILogger Log)
{
    /// <summary>Who listens to changes of state.</summary>
    public StateNews News { get; } = new(Log);

    public NodeId NodeOf(ReplicatedDatabase database) => new(Books.Instance, database.Book.Epoch);

    public (long Timestamp, DateTimeOffset Utc) Now => (Time.GetTimestamp(), Time.GetUtcNow());

    /// <summary>In this machine's zone.</summary>
    public DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, Time.LocalTimeZone).DateTime);

    /// <summary>The longer of what the two clocks say: one stops while the machine is suspended, the other can be set back.</summary>
    public TimeSpan Since((long Timestamp, DateTimeOffset Utc) moment)
    {
        var (monotonic, wall) = (Time.GetElapsedTime(moment.Timestamp), Time.GetUtcNow() - moment.Utc);
        return monotonic > wall ? monotonic : wall;
    }

    /// <summary>A timestamp so far from now.</summary>
    public long In(TimeSpan wait) => Time.GetTimestamp() + Ticks(wait);

    /// <summary>A duration in units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * Time.TimestampFrequency);
}

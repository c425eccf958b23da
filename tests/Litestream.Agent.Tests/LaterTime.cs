namespace Litestream.Agent.Tests;

/// <summary>The system's clock in a zone without surprises, set forward now and then. Timers run in real time.</summary>
/// <param name="begins">How far in the past it begins.</param>
internal sealed class LaterTime(TimeSpan begins) : TimeProvider
{
    private long _ticks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => (System.GetUtcNow() - begins).AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => System.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds * TimestampFrequency);

    public void Skip(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}

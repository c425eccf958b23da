namespace Litestream.Cloud.Tests;

/// <summary>The system's clock, set forward now and then. Timers run in real time.</summary>
internal sealed class LaterTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => System.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds * TimestampFrequency);

    public void Skip(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}

namespace Litestream.Cloud.Tests;

/// <summary>A clock that stands still, so that nothing that is kept for a while grows old on a slow machine. Timers run in real time.</summary>
internal sealed class StillTime : TimeProvider
{
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => 1;
}

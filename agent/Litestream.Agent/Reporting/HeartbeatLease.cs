namespace Litestream.Agent.Reporting;

/// <summary>
/// How long ago the fleet last heard of this host. Past the lease others may have taken its tenants over: the engine then looks at a replica before it
/// publishes there. Safe from any thread.
/// </summary>
/// <param name="interval">Between heartbeats.</param>
/// <param name="clock">Time since the machine started, <see cref="BootClock"/>.</param>
internal sealed class HeartbeatLease(TimeSpan interval, Func<TimeSpan> clock)
{
    /// <summary>So many heartbeats in a row may be missed.</summary>
    public const int Intervals = 10;

    private const long Never = long.MinValue;
    private long _confirmedAt = Never;

    public TimeSpan Length => interval * Intervals;

    /// <summary>Since the last heartbeat that the table confirmed; null before the first.</summary>
    public TimeSpan? Age => Volatile.Read(ref _confirmedAt) is var at and not Never ? clock() - TimeSpan.FromTicks(at) : null;

    /// <summary>Nobody may have heard of this host for so long that it could be taken for lost. So it is at the start, too.</summary>
    public bool IsPast => Age is not { } age || age > Length;

    public TimeSpan Now() => clock();

    /// <param name="sentAt"><see cref="Now"/> before the heartbeat was sent: its answer may have taken long.</param>
    public void Confirm(TimeSpan sentAt) => Volatile.Write(ref _confirmedAt, sentAt.Ticks);
}

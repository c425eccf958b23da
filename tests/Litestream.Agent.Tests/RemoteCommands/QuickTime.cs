namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>The system's clock, but whoever waits does so for a part of the time.</summary>
internal sealed class QuickTime(int times) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / times : dueTime, period > TimeSpan.Zero ? period / times : period);
}

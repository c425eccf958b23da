using System.Runtime.CompilerServices;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Api;

/// <summary>
/// Since when each database does what it does. Only of those whose state changed something is kept; of the others it is so since the start of the agent, or
/// their registration.
/// </summary>
internal sealed class StateTimes
{
    private readonly ConditionalWeakTable<Database, object> _changed = [];
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _startedAt;

    public StateTimes(Stores stores, TimeProvider time)
    {
        (_time, _startedAt) = (time, ItemTime.Rounded(time.GetUtcNow()));
        stores.Listen(Heard);
    }

    /// <param name="database">Which.</param>
    /// <param name="now">As it is.</param>
    /// <param name="problem">What is wrong with it: one of <see cref="ProblemWords"/>, or null.</param>
    /// <param name="lagLimit">The objective.</param>
    public DateTimeOffset Since(Database database, DatabaseSnapshot now, string? problem, TimeSpan lagLimit)
    {
        var changed = _changed.TryGetValue(database, out var at) ? (DateTimeOffset)at : now.CreatedAt > _startedAt ? ItemTime.Rounded(now.CreatedAt) : _startedAt;
        if (problem != ProblemWords.Late)
            return changed;
        // Nothing changes when it becomes late: time passes. To the second, so that two looks say the same.
        var late = _time.GetUtcNow() - TimeSpan.FromSeconds(now.LagSeconds) + lagLimit;
        late = new(late.Ticks - (late.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        return late > changed ? late : changed;
    }

    /// <summary>That one was looked at for the first time is no change.</summary>
    private void Heard(object? sender, DatabaseStateChange change)
    {
        if (change is { Before: DatabaseStatus.Waiting, Status: DatabaseStatus.Active, Reason: DatabaseReason.None } && !_changed.TryGetValue(change.Database, out _))
            return;
        _changed.AddOrUpdate(change.Database, ItemTime.Rounded(_time.GetUtcNow()));
    }
}

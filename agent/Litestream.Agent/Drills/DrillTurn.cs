using Litestream.Fleet.Items;

namespace Litestream.Agent.Drills;

/// <summary>Whose turn it is, and when. Pure.</summary>
internal static class DrillTurn
{
    /// <summary>Of the interval: a backup that passed is due again.</summary>
    private const double Again = 0.9;

    /// <summary>Of the interval: in so much of it every backup has had a turn, one after the other at even distances; the rest is for what is tried again.</summary>
    private const double Round = 0.75;

    /// <summary>What did not pass is tried again so often in an interval: of a week, every six hours.</summary>
    private const int Retries = 28;

    /// <summary>An agent that starts has other things to do.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    /// <summary>Null: there is nothing to drill. What is tried again has no place in the round: nobody waits longer because of it.</summary>
    /// <param name="backups">Everything that can be restored, with what is known of its drills.</param>
    /// <param name="interval">Each is proven within this.</param>
    /// <param name="last">When the last one of the round was; null: none ever.</param>
    /// <param name="startedAt">The agent.</param>
    /// <param name="now">What is behind it was noted by a clock that has been set back since, and holds nothing up.</param>
    public static Turn? Next(IReadOnlyCollection<(Guid Tenant, DrillState? Known)> backups, TimeSpan interval, DateTimeOffset? last, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var rested = startedAt > now ? now : startedAt + Shorter(LongestRest, interval / 10);
        var paced = last is { } at && at <= now ? Later(rested, at + (interval * (Round / Math.Max(1, backups.Count)))) : rested;
        Turn? next = null;
        foreach (var (tenant, known) in backups)
        {
            var isAgain = known is not null && known.Last.Verdict != ProofVerdicts.Pass;
            var due = known is null || known.Last.At > now ? DateTimeOffset.MinValue : known.Last.At + (isAgain ? interval / Retries : interval * Again);
            var turn = new Turn(tenant, Later(due, isAgain ? rested : paced), due, isAgain);
            // Of those that wait for the same moment, who waits longest.
            if (next is null || (turn.At, turn.Due, turn.Tenant).CompareTo((next.At, next.Due, next.Tenant)) < 0)
                next = turn;
        }
        return next;
    }

    /// <param name="Tenant">Whose.</param>
    /// <param name="At">When; it may be past.</param>
    /// <param name="Due">Since when it waits.</param>
    /// <param name="IsAgain">The last time it did not pass.</param>
    public sealed record Turn(Guid Tenant, DateTimeOffset At, DateTimeOffset Due, bool IsAgain);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

namespace Litestream.Agent.Reporting;

/// <summary>How long to leave a failing table alone: twice as long each time, never longer than <paramref name="longest"/>, and spread, as a fleet is many hosts.</summary>
internal sealed class RetryDelay(TimeSpan longest, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private const int MostDoublings = 10;

    /// <param name="failures">In a row, at least one.</param>
    public TimeSpan After(int failures)
    {
        var delay = First * (1 << Math.Min(failures - 1, MostDoublings)) * (0.75 + (random.NextDouble() / 2));
        return delay < longest ? delay : longest;
    }
}

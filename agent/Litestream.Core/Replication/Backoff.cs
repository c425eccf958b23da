namespace Litestream.Replication;

/// <summary>How long a lane waits after failures in a row: twice as long each time, up to half a minute.</summary>
internal static class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private const int MostDoublings = 10;

    /// <param name="failures">At least one.</param>
    public static TimeSpan After(int failures) => TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures - 1, MostDoublings)));
}

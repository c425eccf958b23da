namespace Litestream.InPlace;

/// <summary>How far a restore in place is. Numbers only grow within a step.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="PagesDone">Of this step; 0 where it does not count any.</param>
/// <param name="PagesTotal">Of this step; 0 where it does not count any.</param>
/// <param name="BytesRead">From the replica, so far.</param>
public readonly record struct InPlaceProgress(InPlaceStep Step, long PagesDone, long PagesTotal, long BytesRead)
{
    /// <summary>Of this step, 0 to 100; null where it does not count pages.</summary>
    public double? Percent => PagesTotal == 0 ? null : Math.Min(100, 100.0 * PagesDone / PagesTotal);
}

namespace Litestream.Benchmarks;

/// <summary>A line of the result: the work, what it is to be at most, what it was.</summary>
/// <param name="Goal">In <paramref name="Unit"/>; null where there is none.</param>
internal sealed record Row(string Work, double? Goal, double Measured, string Unit, string Note = "")
{
    public bool? IsMet => Goal is null ? null : Measured <= Goal;
}

namespace Litestream.Benchmarks;

/// <summary>A line of the result: the work, what it is to be at most (a rate: at least), what it was.</summary>
/// <param name="Work">Names it, from one run to the next.</param>
/// <param name="Goal">In <paramref name="Unit"/>; null where there is none.</param>
/// <param name="Measured">A median of three runs, unless the note says otherwise.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Note">Spread, and the yardstick of the same run.</param>
internal sealed record Row(string Work, double? Goal, double Measured, string Unit, string Note = "")
{
    /// <summary>More is better.</summary>
    public bool IsRate { get; init; }

    public bool? IsMet => Goal is not { } goal ? null : IsRate ? Measured >= goal : Measured <= goal;
}

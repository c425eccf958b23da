namespace Litestream.Benchmarks;

/// <summary>What several measurements of the same thing say together.</summary>
internal static class Samples
{
    /// <summary>Of an even number the mean of the two in the middle.</summary>
    public static double Median(this IEnumerable<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double Percentile(this IEnumerable<double> samples, double percent)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
    }
}

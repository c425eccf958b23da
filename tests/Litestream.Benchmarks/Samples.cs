namespace Litestream.Benchmarks;

/// <summary>What several measurements of the same thing say together.</summary>
internal static class Samples
{
    public static double Median(this IEnumerable<double> samples) => samples.Percentile(50);

    public static double Percentile(this IEnumerable<double> samples, double percent)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
    }
}

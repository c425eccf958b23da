using System.Globalization;

namespace Litestream.Benchmarks;

/// <summary>Pieces of a row's note.</summary>
internal static class Note
{
    /// <summary>The least and the most of several runs.</summary>
    public static string Spread(IEnumerable<double> samples, string format = "0.00")
    {
        var all = samples.ToList();
        return all.Count == 1 ? Runs(1) : $"{all.Min().ToString(format, CultureInfo.InvariantCulture)} to {all.Max().ToString(format, CultureInfo.InvariantCulture)}";
    }

    /// <summary>A row is of three runs unless it says otherwise.</summary>
    public static string Runs(int count) => count == 3 ? "" : count == 1 ? "1 run" : $"{count} runs";

    /// <summary>A peak is the largest of all runs, not the middle one.</summary>
    public static string Most(int runs) => runs == 1 ? "1 run" : $"the most of {runs} runs";

    /// <summary>Those that say something.</summary>
    public static string Of(params IEnumerable<string> pieces) => string.Join("; ", pieces.Where(p => p.Length > 0));
}

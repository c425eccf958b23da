using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A restore from few files and from many, beside <c>cp</c> and <c>sync</c> of its result in the same run.</summary>
internal static class RestoreSpeed
{
    /// <summary>Seconds that 500 MB may take, and a third of what Litestream needs for 1 GB from few files and from many.</summary>
    private static readonly Dictionary<(bool IsLarge, bool HasMany), double> Goals = new() { [(false, false)] = 2, [(false, true)] = 2, [(true, false)] = 4, [(true, true)] = 5.5 };

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var bytes in effort.DatabaseBytes)
        {
            foreach (var row in Of(effort, bytes, 3, "few files").Concat(Of(effort, bytes, 2_500, "2,500 files")))
                yield return row;
        }
    }

    private static IEnumerable<Row> Of(Effort effort, long bytes, int files, string said)
    {
        using var bench = new Workbench();
        SyntheticReplica.Create(bench.Replica, bytes, files, pagesPerFile: 50);
        var (restores, copies) = (new List<ProgramRun>(), new List<ProgramRun>());
        for (var run = 0; run < effort.Runs; run++)
        {
            var (restored, copy) = (Path.Combine(bench.Root, "restored.db"), Path.Combine(bench.Root, "copy.db"));
            restores.Add(ProgramRun.Of(PublishedProgram.Path, "restore", "-o", restored, bench.Replica));
            copies.Add(ProgramRun.OfCopy(restored, copy));
            File.Delete(restored);
            File.Delete(copy);
        }
        var seconds = restores.Select(r => r.Seconds).Median();
        var yardstick = copies.Select(r => r.Seconds).Median();
        var (goal, name) = (Goals[(bytes >= 1L << 30, files > 100)], $"restore of {bytes / 1e6:0} MB, {said}");
        yield return new Row(name, goal, seconds, "s",
            string.Create(CultureInfo.InvariantCulture, $"{restores.Min(r => r.Seconds):0.00} to {restores.Max(r => r.Seconds):0.00}; cp + sync {yardstick:0.00} s"));
        yield return new Row($"{name}: CPU", goal, restores.Select(r => r.CpuSeconds).Median(), "s");
        yield return new Row($"{name}: beside cp + sync", 2.5, seconds / yardstick, "times");
        yield return new Row($"{name}: peak memory", 64, restores.Select(r => r.PeakMegabytes).Max(), "MB");
    }
}

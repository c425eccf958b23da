using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A restore from few files and from many, beside <c>cp</c> and <c>sync</c> of its result in the same run.</summary>
internal static class RestoreSpeed
{
    private const int Few = 3;
    private const int Many = 2_500;

    /// <summary>Seconds that 500 MB may take, and a third of what Litestream needs for 1 GB from few files and from many.</summary>
    private static readonly Dictionary<(bool IsLarge, bool HasMany), double> Goals = new() { [(false, false)] = 2, [(false, true)] = 2, [(true, false)] = 4, [(true, true)] = 5.5 };

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var bytes in effort.DatabaseBytes)
        {
            var (few, many) = (Run(effort, bytes, Few), Run(effort, bytes, Many));
            foreach (var row in RowsOf(bytes, "few files", few).Concat(RowsOf(bytes, $"{Many:N0} files", many)))
                yield return row;
            // "Hardly slower": Litestream needs 1.2 to 1.6 times as long.
            yield return new Row($"restore of {bytes / 1e6:0} MB, many files beside few", 1.5, many.Seconds / few.Seconds, "times", $"{many.Seconds:0.00} s, few {few.Seconds:0.00} s");
        }
    }

    private static IEnumerable<Row> RowsOf(long bytes, string said, Seen seen)
    {
        var (goal, name) = (Goals[(bytes >= 1L << 30, seen.Files > 100)], $"restore of {bytes / 1e6:0} MB, {said}");
        yield return new Row(name, goal, seen.Seconds, "s", $"{Note.Spread(seen.Restores.Select(r => r.Seconds))}; cp + sync {seen.CopySeconds:0.00} s");
        yield return new Row($"{name}: CPU", goal, seen.Restores.Select(r => r.CpuSeconds).Median(), "s");
        yield return new Row($"{name}: beside cp + sync", 2.5, seen.Seconds / seen.CopySeconds, "times");
        yield return new Row($"{name}: peak memory", 64, seen.Restores.Max(r => r.PeakMegabytes), "MB", Note.Most(seen.Restores.Count));
    }

    private static Seen Run(Effort effort, long bytes, int files)
    {
        using var bench = new Workbench();
        SyntheticReplica.Create(bench.Replica, bytes, files, pagesPerFile: 50);
        var seen = new Seen(files, [], []);
        for (var run = 0; run < effort.Runs; run++)
        {
            var (restored, copy) = (Path.Combine(bench.Root, "restored.db"), Path.Combine(bench.Root, "copy.db"));
            seen.Restores.Add(ProgramRun.Of(PublishedProgram.Path, "restore", "-o", restored, bench.Replica));
            seen.Copies.Add(ProgramRun.OfCopy(restored, copy));
            File.Delete(restored);
            File.Delete(copy);
        }
        return seen;
    }

    private sealed record Seen(int Files, List<ProgramRun> Restores, List<ProgramRun> Copies)
    {
        public double Seconds => Restores.Select(r => r.Seconds).Median();

        public double CopySeconds => Copies.Select(r => r.Seconds).Median();
    }
}

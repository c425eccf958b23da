using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A restore of 500 MB from few files and from many, beside <c>cp</c> and <c>sync</c> of its result in the same run.</summary>
internal static class RestoreSpeed
{
    private const long DatabaseBytes = 500L * 1024 * 1024;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var (files, name) in new[] { (3, "few files"), (2500, "2,500 files") })
        {
            using var bench = new Workbench();
            SyntheticReplica.Create(bench.Replica, DatabaseBytes, files, pagesPerFile: 50);
            var (restores, copies) = (new List<Run>(), new List<Run>());
            for (var run = 0; run < effort.Runs; run++)
            {
                var (restored, copy) = (Path.Combine(bench.Root, "restored.db"), Path.Combine(bench.Root, "copy.db"));
                restores.Add(Run.Of(PublishedProgram.Path, "restore", "-o", restored, bench.Replica));
                copies.Add(Run.Of("sh", "-c", $"cp '{restored}' '{copy}' && sync '{copy}'"));
                File.Delete(restored);
                File.Delete(copy);
            }
            var seconds = restores.Select(r => r.Seconds).Median();
            var yardstick = copies.Select(r => r.Seconds).Median();
            yield return new Row($"restore of 500 MB, {name}", 2, seconds, "s",
                string.Create(CultureInfo.InvariantCulture, $"{restores.Min(r => r.Seconds):0.00} to {restores.Max(r => r.Seconds):0.00}; cp + sync: {yardstick:0.00} s"));
            yield return new Row($"restore of 500 MB, {name}: CPU", 2, restores.Select(r => r.CpuSeconds).Median(), "s");
            yield return new Row($"restore of 500 MB, {name} / (cp + sync)", 2.5, seconds / yardstick, "times");
            yield return new Row($"restore of 500 MB, {name}: peak memory", 64, restores.Select(r => r.PeakMegabytes).Max(), "MB");
        }
    }

    private readonly record struct Run(double Seconds, double CpuSeconds, double PeakMegabytes)
    {
        public static Run Of(string program, params string[] arguments)
        {
            // GNU time would have to be installed; the shell's wait leaves nothing to ask. So: poll the high-water mark while it runs.
            var (clock, before, peak) = (Stopwatch.StartNew(), ChildTimes.Seconds(), 0.0);
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            while (!process.WaitForExit(TimeSpan.FromMilliseconds(10)))
                peak = Math.Max(peak, PeakOf(process.Id));
            return process.ExitCode == 0
                ? new(clock.Elapsed.TotalSeconds, ChildTimes.Seconds() - before, peak)
                : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
        }

        private static double PeakOf(int id)
        {
            try
            {
                var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
            }
            catch (IOException)
            {
                return 0; // ended just now
            }
        }
    }
}

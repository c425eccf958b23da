using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A database that is there when the agent meets it: its image in the replica, beside <c>cp</c> and <c>sync</c>, and <c>sha256sum</c>, of the same file in the same run.</summary>
internal static class FirstCopy
{
    /// <summary>What 538 MB may cost, by the size.</summary>
    private const double GoalCpuSeconds = 3;

    private const double GoalBytes = 538e6;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var bytes in effort.DatabaseBytes)
        {
            using var data = new Workbench();
            var path = data.NewTenantPath();
            data.Write("populate", path, "-size-bytes", bytes.ToString(CultureInfo.InvariantCulture));
            var size = (double)new FileInfo(path).Length;
            var (seconds, cpu, peak, written, copies, sums) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var run = 0; run < effort.Runs; run++)
            {
                using var bench = new Workbench();
                File.Copy(path, bench.NewTenantPath());
                using (var agent = new AgentProcess(bench))
                {
                    agent.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
                    seconds.Add(agent.Started.Elapsed.TotalSeconds);
                    cpu.Add(agent.Cpu.TotalSeconds);
                    peak.Add(agent.PeakMegabytes);
                    agent.Stop();
                }
                written.Add(bench.PublishedBytes() / size);
                copies.Add(ProgramRun.OfCopy(path, Path.Combine(bench.Root, "copy")).Seconds);
                sums.Add(ProgramRun.Of("sha256sum", path).CpuSeconds);
            }
            var name = $"first copy of {size / 1e6:0} MB";
            yield return new Row($"{name}: CPU", GoalCpuSeconds * size / GoalBytes, cpu.Median(), "s", $"{cpu.Min():0.00} to {cpu.Max():0.00}");
            yield return new Row($"{name}: CPU beside sha256sum", null, cpu.Median() / sums.Median(), "times", $"sha256sum {sums.Median():0.00} s");
            yield return new Row($"{name}: time", null, seconds.Median(), "s", $"from the start of the agent; cp + sync {copies.Median():0.00} s");
            yield return new Row($"{name}: bytes in the replica for each of the database", 1, written.Median(), "", "written once");
            yield return new Row($"{name}: peak memory", null, peak.Max(), "MB");
        }
    }
}

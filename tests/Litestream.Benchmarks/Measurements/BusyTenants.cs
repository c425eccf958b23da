using System.Diagnostics;
using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A thousand tenants that share 100 transactions a second.</summary>
internal static class BusyTenants
{
    private const int Tenants = 1_000;
    private const int Seconds = 20;
    private const int SettleSeconds = 5;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        var runs = Enumerable.Range(0, effort.Runs).Select(_ => Run()).ToList();
        yield return new Row("1,000 tenants, 100 tx/s: CPU of a core", 10, runs.Select(r => r.Percent).Median(), "%", $"{runs.Min(r => r.Percent):0.0} to {runs.Max(r => r.Percent):0.0}");
        yield return new Row("1,000 tenants, 100 tx/s: memory (RSS)", 120, runs.Select(r => r.Memory).Median(), "MB");
    }

    private static (double Percent, double Memory) Run()
    {
        using var bench = new Workbench();
        var template = bench.CreateTemplate();
        for (var i = 0; i < Tenants; i++)
            File.Copy(template, bench.NewTenantPath());
        using var agent = new AgentProcess(bench);
        agent.WaitForAnswer();
        agent.WaitUntil(() => bench.PublishedAt().Count >= Tenants, "all copied");
        using var writer = bench.StartWriter("write", "-dir", bench.Data, "-rate", "100", "-seconds", (Seconds + SettleSeconds).ToString(CultureInfo.InvariantCulture), "-mix", "insert=1", "-session", "request");
        Thread.Sleep(TimeSpan.FromSeconds(SettleSeconds));
        var (before, clock) = (agent.Cpu, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var percent = (agent.Cpu - before) / clock.Elapsed * 100;
        var memory = agent.RssMegabytes;
        writer.WaitForExit();
        agent.Stop();
        return (percent, memory);
    }
}

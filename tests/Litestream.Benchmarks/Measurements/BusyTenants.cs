using System.Diagnostics;
using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A thousand tenants that share 100 transactions a second.</summary>
internal static class BusyTenants
{
    private const int Seconds = 30;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        using var bench = new Workbench();
        var template = bench.CreateTemplate();
        for (var i = 0; i < effort.Tenants; i++)
            File.Copy(template, bench.NewTenantPath());
        using var agent = new AgentProcess(bench);
        agent.WaitForAnswer();
        agent.WaitUntil(() => bench.PublishedAt().Count >= effort.Tenants, "all copied");
        using var writer = bench.StartWriter("write", "-dir", bench.Data, "-rate", "100", "-seconds", (Seconds + 5).ToString(CultureInfo.InvariantCulture), "-mix", "insert=1", "-session", "request");
        Thread.Sleep(TimeSpan.FromSeconds(5));
        var (before, clock) = (agent.Cpu, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var percent = (agent.Cpu - before) / clock.Elapsed * 100;
        var memory = agent.RssMegabytes;
        writer.WaitForExit();
        agent.Stop();

        yield return new Row("1,000 tenants, 100 tx/s: CPU of a core", 10, percent, "%");
        yield return new Row("1,000 tenants, 100 tx/s: memory (RSS)", 120, memory, "MB");
    }
}

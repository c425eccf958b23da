using System.Diagnostics;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A thousand tenants that share 100 transactions a second, measured for as long as level 1 takes to come round, so that each run has its mergers once.</summary>
internal static class BusyTenants
{
    private const int Tenants = 1_000;
    private const int Rate = 100;
    private const int Seconds = 30;

    /// <summary>Until the writer's program runs at its pace.</summary>
    private const int WarmUpSeconds = 5;

    /// <summary>The agent's second level, at multiples of the wall clock: all tenants merge at once.</summary>
    private static readonly TimeSpan Level2 = TimeSpan.FromMinutes(5);

    public static IEnumerable<Row> Measure(Effort effort)
    {
        var runs = Enumerable.Range(0, effort.Runs).Select(_ => Run()).ToList();
        yield return new Row("1,000 tenants, 100 tx/s: CPU of a core", 10, runs.Select(r => r.Percent).Median(), "%",
            Note.Of([Note.Spread(runs.Select(r => r.Percent), "0.0"), .. runs.Select(r => r.Describe())]));
        yield return new Row("1,000 tenants, 100 tx/s: memory (RSS)", 120, runs.Select(r => r.Memory).Median(), "MB", Note.Spread(runs.Select(r => r.Memory), "0"));
    }

    private static Seen Run()
    {
        using var bench = new Workbench();
        var template = bench.CreateTemplate();
        for (var i = 0; i < Tenants; i++)
            File.Copy(template, bench.NewTenantPath());
        using var agent = new AgentProcess(bench);
        agent.WaitForAnswer();
        agent.WaitUntil(() => bench.PublishedAt().Count >= Tenants, "all copied");
        agent.WaitUntilSettled();
        const int WriterSeconds = WarmUpSeconds + Seconds;
        using var writer = bench.StartWriter("write", "-dir", bench.Data, "-rate", $"{Rate}", "-seconds", $"{WriterSeconds}", "-mix", "insert=1", "-session", "request");
        Thread.Sleep(TimeSpan.FromSeconds(WarmUpSeconds));
        var (before, begun, clock) = (agent.Cpu, DateTime.UtcNow, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var seen = new Seen(begun, DateTime.UtcNow, (agent.Cpu - before) / clock.Elapsed * 100, agent.RssMegabytes);
        WriterTotals.Of(writer).MustHaveMade(Rate * WriterSeconds);
        agent.Stop();
        return seen;
    }

    private readonly record struct Seen(DateTime Begun, DateTime Ended, double Percent, double Memory)
    {
        private bool HasLevel2 => Begun.Ticks / Level2.Ticks != Ended.Ticks / Level2.Ticks;

        /// <summary>When it was, and whether level 2 fell due in it.</summary>
        public string Describe() => $"{Begun:HH:mm:ss}-{Ended:HH:mm:ss} {Percent:0.0}{(HasLevel2 ? " with level 2" : "")}";
    }
}

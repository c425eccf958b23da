using System.Diagnostics;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// A thousand tenants that share 100 transactions a second, for the half minute around a multiple of 30 s: then level 1 falls due for all of them at once, and each run has those mergers whole,
/// and once. At every tenth such moment level 2 falls due, too.
/// </summary>
internal static class BusyTenants
{
    private const int Tenants = 1_000;
    private const int Rate = 100;
    private const int Seconds = 30;

    /// <summary>The writer begins earlier: what is merged then is what half a minute left.</summary>
    private const int WarmUpSeconds = Seconds - SecondsBefore;

    /// <summary>From the begin of what is measured to the mergers.</summary>
    private const int SecondsBefore = 10;

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
        WaitUntilBeforeMergers(WarmUpSeconds + SecondsBefore);
        const int WriterSeconds = WarmUpSeconds + Seconds;
        using var writer = bench.StartWriter("write", "-dir", bench.Data, "-rate", $"{Rate}", "-seconds", $"{WriterSeconds}", "-mix", "insert=1", "-session", "request");
        Thread.Sleep(TimeSpan.FromSeconds(WarmUpSeconds));
        var (before, begun, clock) = (agent.Cpu, DateTime.UtcNow, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var (percent, memory, ended) = ((agent.Cpu - before) / clock.Elapsed * 100, agent.RssMegabytes, DateTime.UtcNow);
        WriterTotals.Of(writer).MustHaveMade(Rate * WriterSeconds);
        agent.Stop();
        var files = bench.PublishedAt().Where(f => f.Value >= begun && f.Value <= ended).Select(f => f.Key).ToList();
        return new(begun, ended, percent, memory, Merged(files, 1), Merged(files, 2));
    }

    private static void WaitUntilBeforeMergers(int seconds)
    {
        var interval = TimeSpan.FromSeconds(Seconds);
        var ahead = interval.Ticks - ((DateTime.UtcNow.Ticks + TimeSpan.FromSeconds(seconds).Ticks) % interval.Ticks);
        Thread.Sleep(TimeSpan.FromTicks(ahead));
    }

    private static int Merged(IEnumerable<string> files, int level) => files.Count(f => f.Contains($"/ltx/{level}/", StringComparison.Ordinal));

    /// <param name="Level1">Files of it that were made meanwhile.</param>
    /// <param name="Level2">The same.</param>
    private readonly record struct Seen(DateTime Begun, DateTime Ended, double Percent, double Memory, int Level1, int Level2)
    {
        public string Describe() => $"{Percent:0.0} {Begun:HH:mm:ss}-{Ended:HH:mm:ss}: {Level1} mergers, {Level2} of level 2";
    }
}

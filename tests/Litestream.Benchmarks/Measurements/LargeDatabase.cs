using System.Diagnostics;
using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks.Measurements;

/// <summary>A database of 538 MB: first copy and restore, beside <c>cp</c> and <c>sync</c> of the same file in the same run.</summary>
internal static class LargeDatabase
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        using var bench = new Workbench();
        var path = bench.NewTenantPath();
        bench.Write("populate", path, "-size-bytes", "538000000");
        double copyCpu, copySeconds, published;
        using (var agent = new AgentProcess(bench))
        {
            agent.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
            copySeconds = agent.Started.Elapsed.TotalSeconds;
            copyCpu = agent.Cpu.TotalSeconds;
            agent.Stop();
            published = bench.PublishedAt().Count;
        }

        var restores = new List<(double Seconds, double Cpu)>();
        var copies = new List<double>();
        for (var run = 0; run < effort.Runs; run++)
        {
            var output = Path.Combine(bench.Root, "restored.db");
            copies.Add(Run("sh", "-c", $"cp '{path}' '{output}' && sync '{output}'").Seconds);
            File.Delete(output);
            restores.Add(Run(PublishedProgram.Path, "restore", "-o", output, $"file://{bench.Replica}/databases/{Path.GetFileNameWithoutExtension(path)}"));
            File.Delete(output);
        }

        yield return new Row("first copy of 538 MB: CPU", 3, copyCpu, "s", $"{copySeconds:0.0} s, {published} file(s)");
        yield return new Row("restore of 538 MB", 2, restores.Select(run => run.Seconds).Median(), "s", $"cp + sync: {copies.Median():0.00} s");
        yield return new Row("restore of 538 MB: CPU", 2, restores.Select(run => run.Cpu).Median(), "s");
        yield return new Row("restore / (cp + sync)", 2.5, restores.Select(run => run.Seconds).Median() / copies.Median(), "times");
    }

    private static (double Seconds, double Cpu) Run(string program, params string[] arguments)
    {
        var (clock, before) = (Stopwatch.StartNew(), ChildTimes.Seconds());
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said}");
        return (clock.Elapsed.TotalSeconds, ChildTimes.Seconds() - before);
    }
}

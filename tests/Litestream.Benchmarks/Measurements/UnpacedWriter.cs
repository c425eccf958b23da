using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>One tenant, one writer as fast as it can: the WAL stays small and the agent cheap.</summary>
internal static class UnpacedWriter
{
    private const int Seconds = 20;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        var alone = Transactions(agent: false, out _, out _);
        var followed = Transactions(agent: true, out var cpu, out var largestWal);
        yield return new Row("unpaced writer 20 s: agent's CPU", 3.7, cpu, "s", $"{followed:N0} transactions, {alone:N0} alone");
        yield return new Row("unpaced writer: largest WAL", 16, largestWal / 1e6, "MB");
    }

    private static long Transactions(bool agent, out double cpuSeconds, out long largestWal)
    {
        using var bench = new Workbench();
        var path = bench.NewTenantPath();
        bench.Write("create", path, "-rows", "80");
        using var process = agent ? new AgentProcess(bench) : null;
        process?.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
        var before = process?.Cpu ?? default;
        largestWal = 0;
        using var writer = bench.StartWriter("write", path, "-seconds", Seconds.ToString(CultureInfo.InvariantCulture), "-mix", "update=1");
        while (!writer.WaitForExit(20))
            if (new FileInfo(path + "-wal") is { Exists: true } wal)
                largestWal = Math.Max(largestWal, wal.Length);
        cpuSeconds = process is null ? 0 : (process.Cpu - before).TotalSeconds;
        process?.Stop();
        return long.Parse(writer.StandardOutput.ReadToEnd().Split('=', ' ')[1], CultureInfo.InvariantCulture);
    }
}

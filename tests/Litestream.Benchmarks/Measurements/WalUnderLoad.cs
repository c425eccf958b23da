using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// One tenant with one writer at two rates, alone and with the agent in turns: how often the WAL begins anew, how far it grows, and what the writer
/// notices of us.
/// </summary>
internal static class WalUnderLoad
{
    private const int FrameBytes = 4096 + 24;

    /// <summary>Transactions a second; 0 is as many as it can.</summary>
    private static readonly int[] Rates = [1_000, 0];

    public static IEnumerable<Row> Measure(Effort effort)
    {
        using var bench = new Workbench();
        var sqlite = bench.DescribeSqlite();
        foreach (var rate in Rates)
        {
            var (alone, followed) = (new List<Seen>(), new List<Seen>());
            for (var run = 0; run < effort.Runs; run++)
            {
                alone.Add(Watch(rate, hasAgent: false, effort.WriterSeconds));
                followed.Add(Watch(rate, hasAgent: true, effort.WriterSeconds));
            }
            var name = rate == 0 ? "unpaced writer" : $"{rate:N0} tx/s";
            var (p99, p99Alone) = (Median(followed, s => s.P99), Median(alone, s => s.P99));
            yield return new($"{name}: largest WAL", rate == 0 ? 16 : null, Median(followed, s => s.LargestWal) / 1e6, "MB",
                $"{Median(followed, s => s.LargestWal) / FrameBytes:N0} frames; alone {Median(alone, s => s.LargestWal) / FrameBytes:N0}");
            yield return new($"{name}: generations of the WAL", null, Median(followed, s => s.Generations), "",
                $"in {effort.WriterSeconds} s; alone {Median(alone, s => s.Generations):0}; {Median(followed, s => s.Transactions):N0} transactions, alone {Median(alone, s => s.Transactions):N0}; the writer's SQLite is {sqlite}");
            yield return new($"{name}: writer's p99 beside alone", rate == 0 ? 1.2 : 1.1, p99 / p99Alone, "x",
                $"{p99:0} us, alone {p99Alone:0} us; p50 {Median(followed, s => s.P50):0} us, alone {Median(alone, s => s.P50):0} us; slowest {Median(followed, s => s.Slowest):0} ms, alone {Median(alone, s => s.Slowest):0} ms");
            // Litestream: 0.46 s in 30 s, and 7.4 s in 20 s, of which half.
            var (seconds, goal) = rate == 0 ? (20, 3.7) : (30, 0.46);
            yield return new($"{name}: agent's CPU for {seconds} s of it", goal, Median(followed, s => s.AgentCpu) * seconds / effort.WriterSeconds, "s");
        }
    }

    private static Seen Watch(int rate, bool hasAgent, int seconds)
    {
        using var bench = new Workbench();
        var path = bench.NewTenantPath();
        bench.Write("create", path, "-rows", "80");
        using var agent = hasAgent ? new AgentProcess(bench) : null;
        agent?.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
        var before = agent?.Cpu ?? default;
        var (largest, generations) = (0L, new HashSet<ulong>());
        using var writer = bench.StartWriter("write", path, "-seconds", seconds.ToString(CultureInfo.InvariantCulture), "-mix", "update=1", "-rate", rate.ToString(CultureInfo.InvariantCulture));
        while (!writer.WaitForExit(2))
            Look(path + "-wal", ref largest, generations);
        var cpu = agent is null ? 0 : (agent.Cpu - before).TotalSeconds;
        agent?.Stop();
        var said = writer.StandardOutput.ReadToEnd().Split(' ', '\n').Where(p => p.Contains('=', StringComparison.Ordinal)).Select(p => p.Split('='))
            .ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture));
        return new(said["transactions"], largest, generations.Count, said["p50Us"], said["p99Us"], said["slowestMs"], cpu);
    }

    /// <summary>The salts stand in the header, bytes 16 to 23; a file without one is of no generation.</summary>
    private static void Look(string wal, ref long largest, HashSet<ulong> generations)
    {
        try
        {
            using var file = File.OpenHandle(wal, share: FileShare.ReadWrite | FileShare.Delete);
            largest = Math.Max(largest, RandomAccess.GetLength(file));
            Span<byte> salts = stackalloc byte[8];
            if (RandomAccess.Read(file, salts, 16) == salts.Length)
                generations.Add(BinaryPrimitives.ReadUInt64BigEndian(salts));
        }
        catch (FileNotFoundException)
        {
            // Not yet, or closed.
        }
    }

    private static double Median(List<Seen> seen, Func<Seen, double> of) => seen.ConvertAll(s => of(s)).Median();

    private readonly record struct Seen(double Transactions, double LargestWal, double Generations, double P50, double P99, double Slowest, double AgentCpu);
}

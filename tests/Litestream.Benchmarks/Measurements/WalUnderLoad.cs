using System.Buffers.Binary;
using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// One tenant with one writer at two rates, alone and with the agent in turns: how often the WAL begins anew, how far it grows, what the writer notices of us, what it
/// costs until the last commit is in the replica, and that the replica then has what the database has. The writer does as little as a transaction can, one page, and its
/// commits wait for no disk (synchronous=NORMAL): nothing but us is in its way.
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
            yield return Largest(name, rate, alone, followed);
            yield return Generations(name, effort.WriterSeconds, alone, followed, sqlite);
            yield return P99(name, rate, alone, followed);
            yield return Transactions(name, effort.WriterSeconds, alone, followed);
            yield return rate == 0 ? CpuOfMillion(name, followed) : CpuOfHalfMinute(name, effort.WriterSeconds, followed);
        }
    }

    /// <summary>A bound holds in every run.</summary>
    private static Row Largest(string name, int rate, List<Seen> alone, List<Seen> followed)
    {
        var (largest, largestAlone) = (followed.Max(s => s.LargestWal), alone.Max(s => s.LargestWal));
        return new($"{name}: largest WAL", rate == 0 ? 16 : null, largest / 1e6, "MB",
            $"{Note.Most(followed.Count)}; {largest / FrameBytes:N0} frames, alone {largestAlone / FrameBytes:N0}");
    }

    private static Row Generations(string name, int seconds, List<Seen> alone, List<Seen> followed, string sqlite) =>
        new($"{name}: generations of the WAL", null, Median(followed, s => s.Generations), "",
            $"in {seconds} s; alone {Median(alone, s => s.Generations):0}; the writer's SQLite is {sqlite}");

    private static Row P99(string name, int rate, List<Seen> alone, List<Seen> followed)
    {
        var (p99, p99Alone) = (Median(followed, s => s.Writer.P99Microseconds), Median(alone, s => s.Writer.P99Microseconds));
        return new($"{name}: writer's p99 beside alone", rate == 0 ? 1.2 : 1.1, p99 / p99Alone, "x", Note.Of(
            $"{p99:0} us, alone {p99Alone:0} us",
            $"p50 {Median(followed, s => s.Writer.P50Microseconds):0} us, alone {Median(alone, s => s.Writer.P50Microseconds):0} us",
            $"slowest {followed.Max(s => s.Writer.SlowestMilliseconds):0} ms, alone {alone.Max(s => s.Writer.SlowestMilliseconds):0} ms"));
    }

    private static Row Transactions(string name, int seconds, List<Seen> alone, List<Seen> followed)
    {
        var (made, madeAlone) = (Median(followed, s => s.Writer.Transactions), Median(alone, s => s.Writer.Transactions));
        return new($"{name}: transactions beside alone", null, made / madeAlone, "x", $"{made:N0} in {seconds} s, alone {madeAlone:N0}; all of them in the restored replica") { IsRate = true };
    }

    /// <summary>Litestream: 7.4 s for a million transactions of its probe, of which half.</summary>
    private static Row CpuOfMillion(string name, List<Seen> followed) =>
        new($"{name}: agent's CPU for a million transactions", 3.7, Median(followed, s => s.AgentCpu / s.Writer.Transactions * 1e6), "s",
            $"{Note.Spread(followed.Select(s => s.AgentCpu / s.Writer.Transactions * 1e6))}; {Median(followed, s => s.AgentCpu):0.00} s until the last commit was in the replica");

    /// <summary>Litestream: 0.46 s in 30 s.</summary>
    private static Row CpuOfHalfMinute(string name, int seconds, List<Seen> followed) =>
        new($"{name}: agent's CPU for 30 s of it", 0.46, Median(followed, s => s.AgentCpu) * 30 / seconds, "s",
            $"{Note.Spread(followed.Select(s => s.AgentCpu * 30 / seconds))}; {Median(followed, s => s.AgentCpu / s.Writer.Transactions * 1e6):0.0} s for a million transactions");

    private static Seen Watch(int rate, bool hasAgent, int seconds)
    {
        using var bench = new Workbench();
        var path = bench.NewTenantPath();
        bench.Write("create", path, "-rows", "80");
        using var agent = hasAgent ? new AgentProcess(bench) : null;
        agent?.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
        var before = agent?.Cpu ?? default;
        var (largest, generations) = (0L, new HashSet<ulong>());
        using var writer = bench.StartWriter("write", path, "-seconds", $"{seconds}", "-mix", "count=1", "-synchronous", "normal", "-rate", $"{rate}");
        while (!writer.WaitForExit(2))
            Look(path + "-wal", ref largest, generations);
        var totals = WriterTotals.Of(writer);
        totals.MustHaveMade((double)rate * seconds);
        return new(totals, largest, generations.Count, agent is null ? 0 : Finish(agent, bench, path, before));
    }

    /// <summary>The agent's CPU until everything is in the replica; what it is then restored to is what the database holds.</summary>
    private static double Finish(AgentProcess agent, Workbench bench, string path, TimeSpan before)
    {
        var tenant = Path.GetFileNameWithoutExtension(path);
        agent.Sync(tenant);
        var cpu = (agent.Cpu - before).TotalSeconds;
        agent.Stop();
        var restored = Path.Combine(bench.Root, "restored.db");
        ProgramRun.Of(PublishedProgram.Path, "restore", "-o", restored, Path.Combine(bench.Replica, "databases", tenant));
        var (here, there) = (bench.Digest(path), bench.Digest(restored));
        return here == there ? cpu : throw new InvalidOperationException($"the replica of {path} was restored to something else than the database: {there} instead of {here}");
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

    private readonly record struct Seen(WriterTotals Writer, double LargestWal, double Generations, double AgentCpu);
}

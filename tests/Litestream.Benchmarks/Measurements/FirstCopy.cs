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
            data.Write("populate", path, "-size-bytes", $"{bytes}");
            var size = (double)new FileInfo(path).Length;
            var runs = Enumerable.Range(0, effort.Runs).Select(_ => Run(path)).ToList();
            foreach (var row in RowsOf(size, runs))
                yield return row;
        }
    }

    private static IEnumerable<Row> RowsOf(double size, List<Seen> runs)
    {
        double Median(Func<Seen, double> of) => runs.Select(of).Median();
        var (name, cpu, sum) = ($"first copy of {size / 1e6:0} MB", Median(s => s.Cpu), Median(s => s.Sum));
        yield return new Row($"{name}: CPU", GoalCpuSeconds * size / GoalBytes, cpu, "s", Note.Spread(runs.Select(s => s.Cpu)));
        yield return new Row($"{name}: CPU beside sha256sum", null, cpu / sum, "times", $"sha256sum {sum:0.00} s");
        yield return new Row($"{name}: time", null, Median(s => s.Seconds), "s", $"from the start of the agent; cp + sync {Median(s => s.Copy):0.00} s");
        yield return new Row($"{name}: bytes in the replica for each of its image", 1.05, runs.Max(s => s.Written / s.Image), "",
            $"until nothing falls due any more; the image is {Median(s => s.Image) / size * 100:0} % of the database");
        yield return new Row($"{name}: peak memory", null, runs.Max(s => s.Peak), "MB", Note.Most(runs.Count));
    }

    private static Seen Run(string path)
    {
        using var bench = new Workbench();
        File.Copy(path, bench.NewTenantPath());
        double seconds, cpu, peak;
        using (var agent = new AgentProcess(bench))
        {
            agent.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");
            (seconds, cpu, peak) = (agent.Started.Elapsed.TotalSeconds, agent.Cpu.TotalSeconds, agent.PeakMegabytes);
            agent.WaitUntilCold();
            agent.Stop();
        }
        return new()
        {
            Seconds = seconds,
            Cpu = cpu,
            Peak = peak,
            Image = bench.ImageBytes(),
            Written = bench.PublishedBytes(),
            Copy = ProgramRun.OfCopy(path, Path.Combine(bench.Root, "copy")).Seconds,
            Sum = ProgramRun.Of("sha256sum", path).CpuSeconds,
        };
    }

    /// <summary>Of one run.</summary>
    private readonly record struct Seen
    {
        public required double Seconds { get; init; }

        public required double Cpu { get; init; }

        public required double Peak { get; init; }

        /// <summary>Bytes of the one file with the whole database.</summary>
        public required double Image { get; init; }

        /// <summary>Bytes of all files of the replica.</summary>
        public required double Written { get; init; }

        /// <summary>Seconds of a plain copy.</summary>
        public required double Copy { get; init; }

        /// <summary>CPU seconds of <c>sha256sum</c>.</summary>
        public required double Sum { get; init; }
    }
}

using System.Diagnostics;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// Tenants that nobody writes to, with a bucket as their replica: what they cost, what is asked of the store for them, and how long the agent needs to know and to copy them,
/// at its first contact (cold) and when it starts again (warm).
/// </summary>
internal static class IdleTenants
{
    /// <summary>The agent looks at all directories once a minute: of many tenants a shorter time would have that look, or not.</summary>
    private const int SweepSeconds = 60;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var tenants in effort.IdleTenants)
        {
            var idleSeconds = tenants < 10_000 ? effort.IdleSeconds : Math.Max(effort.IdleSeconds, SweepSeconds);
            // What one or a hundred cost is soon said.
            var runs = Enumerable.Range(0, tenants < 1_000 ? 1 : effort.Runs).Select(_ => MeasureAsync(tenants, idleSeconds).GetAwaiter().GetResult()).ToList();
            foreach (var row in RowsOf(tenants, idleSeconds, runs))
                yield return row with { Note = Note.Of(row.Note, Note.Runs(runs.Count)) };
        }
    }

    private static IEnumerable<Row> RowsOf(int tenants, int idleSeconds, List<Seen> runs)
    {
        double Median(Func<Seen, double> of) => runs.Select(of).Median();
        var many = $"{tenants:N0} idle";
        var megabytes = tenants switch { <= 1_000 => 45, <= 10_000 => 60, _ => 100 };
        double? seconds = tenants <= 10_000 ? 2 : null;
        yield return new Row($"{many}: memory (RSS) after the first copies", megabytes, Median(s => s.FirstMemory), "MB");
        yield return new Row($"{many}: memory (RSS)", megabytes, Median(s => s.Memory), "MB", $"after a restart, {Median(s => s.Anonymous):0.0} MB of it its own, the rest pages of files");
        yield return new Row($"{many}: CPU of a core", 0.5, Median(s => s.Cpu), "%", $"over {idleSeconds} s");
        yield return new Row($"{many}: descriptors", 100, runs.Max(s => s.Descriptors), "");
        yield return new Row($"{many}: requests to the store", 0, runs.Max(s => s.Requests), "", $"in {idleSeconds} s");
        yield return new Row($"{many}: start to all registered, cold", seconds, Median(s => s.Registered), "s");
        yield return new Row($"{many}: start to all replicated, cold", null, Median(s => s.Copied), "s");
        yield return new Row($"{many}: start to all registered, warm", seconds, Median(s => s.Again), "s");
        yield return new Row($"{many}: start to all known as replicated, warm", null, Median(s => s.AllCold), "s");
        yield return new Row($"{many}: requests of a restart", 1, runs.Max(s => s.RequestsAtStart), "", "the probe");
    }

    private static async Task<Seen> MeasureAsync(int tenants, int idleSeconds)
    {
        await using var server = await S3Server.StartAsync("fleet");
        using var bench = new Workbench
        {
            ReplicaUrl = server.Url("fleet"),
            Environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey },
        };
        var template = bench.CreateTemplate();
        for (var i = 0; i < tenants; i++)
            File.Copy(template, bench.NewTenantPath());
        double registered, copied, firstMemory;
        using (var first = new AgentProcess(bench))
        {
            registered = first.SecondsToLine($"Monitoring {tenants} clients");
            first.WaitUntil(() => server.Store.Count("fleet") >= tenants, "all copied");
            copied = first.Started.Elapsed.TotalSeconds;
            first.WaitUntilSettled();
            firstMemory = first.RssMegabytes;
            first.Stop();
        }

        var before = server.Requests.Count;
        using var again = new AgentProcess(bench);
        var warm = again.SecondsToLine($"Monitoring {tenants} clients");
        again.WaitUntilCold();
        var allCold = again.Started.Elapsed.TotalSeconds;
        again.WaitUntilSettled();
        var (began, cpu, clock) = (server.Requests.Count, again.Cpu, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(idleSeconds));
        var percent = (again.Cpu - cpu) / clock.Elapsed * 100;
        return new()
        {
            Registered = registered,
            Copied = copied,
            Again = warm,
            AllCold = allCold,
            FirstMemory = firstMemory,
            Memory = again.RssMegabytes,
            Anonymous = again.AnonymousMegabytes,
            Cpu = percent,
            Descriptors = again.Descriptors,
            RequestsAtStart = began - before,
            Requests = server.Requests.Count - began,
        };
    }

    /// <summary>Of one run; seconds, megabytes, percent and numbers.</summary>
    private readonly record struct Seen
    {
        public required double Registered { get; init; }

        public required double Copied { get; init; }

        public required double Again { get; init; }

        public required double AllCold { get; init; }

        public required double FirstMemory { get; init; }

        public required double Memory { get; init; }

        /// <summary>Of that not pages of files.</summary>
        public required double Anonymous { get; init; }

        public required double Cpu { get; init; }

        public required double Descriptors { get; init; }

        public required double RequestsAtStart { get; init; }

        public required double Requests { get; init; }
    }
}

using System.Diagnostics;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// Tenants that nobody writes to, with a bucket as their replica: what they cost, what is asked of the store for them, and how long the agent needs to know and to copy them,
/// at its first contact (cold) and when it starts again (warm).
/// </summary>
internal static class IdleTenants
{
    /// <summary>So long after the last work the agent has given back what its start took.</summary>
    private const int SettleSeconds = 12;

    private sealed record Seen(double Registered, double Copied, double Again, double AllCold, double Memory, double Anonymous, double FirstMemory, double Cpu, double Descriptors, double RequestsAtStart, double Requests);

    public static IEnumerable<Row> Measure(Effort effort)
    {
        foreach (var tenants in effort.IdleTenants)
        {
            // What one or a hundred cost is soon said.
            var runs = Enumerable.Range(0, tenants < 1_000 ? 1 : effort.Runs).Select(_ => MeasureAsync(tenants, effort.IdleSeconds).GetAwaiter().GetResult()).ToList();
            double Median(Func<Seen, double> of) => runs.Select(of).Median();
            var many = $"{tenants:N0} idle";
            double? seconds = tenants <= 10_000 ? 2 : null;
            yield return new Row($"{many}: memory (RSS)", tenants switch { <= 1_000 => 45, <= 10_000 => 60, _ => 100 }, Median(s => s.Memory), "MB", $"after a restart, {Median(s => s.Anonymous):0.0} MB of it its own, the rest pages of files; {Median(s => s.FirstMemory):0.0} MB after the first copies");
            yield return new Row($"{many}: CPU of a core", 0.5, Median(s => s.Cpu), "%", $"over {effort.IdleSeconds} s");
            yield return new Row($"{many}: descriptors", 100, Median(s => s.Descriptors), "");
            yield return new Row($"{many}: requests to the store", 0, Median(s => s.Requests), "", $"in {effort.IdleSeconds} s");
            yield return new Row($"{many}: start to all registered, cold", seconds, Median(s => s.Registered), "s");
            yield return new Row($"{many}: start to all replicated, cold", null, Median(s => s.Copied), "s");
            yield return new Row($"{many}: start to all registered, warm", seconds, Median(s => s.Again), "s");
            yield return new Row($"{many}: start to all known as replicated, warm", null, Median(s => s.AllCold), "s");
            yield return new Row($"{many}: requests of a restart", 1, Median(s => s.RequestsAtStart), "", "the probe");
        }
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
            WaitUntilCold(first);
            firstMemory = first.RssMegabytes;
            first.Stop();
        }

        var before = server.Requests.Count;
        using var again = new AgentProcess(bench);
        var warm = again.SecondsToLine($"Monitoring {tenants} clients");
        WaitUntilCold(again);
        var allCold = again.Started.Elapsed.TotalSeconds;
        Thread.Sleep(TimeSpan.FromSeconds(SettleSeconds));
        var (began, cpu, clock) = (server.Requests.Count, again.Cpu, Stopwatch.StartNew());
        Thread.Sleep(TimeSpan.FromSeconds(idleSeconds));
        return new(registered, copied, warm, allCold, again.RssMegabytes, again.AnonymousMegabytes, firstMemory, (again.Cpu - cpu) / clock.Elapsed * 100, again.Descriptors, began - before, server.Requests.Count - began);
    }

    /// <summary>No connection and no descriptor is left, and nothing falls due for a tenant that nobody wrote to.</summary>
    private static void WaitUntilCold(AgentProcess agent)
    {
        agent.WaitForAnswer();
        agent.WaitUntil(
            () => agent.Status() is var status && status.GetProperty("hotClients").GetInt32() == 0 && status.GetProperty("activeClients").GetInt32() == status.GetProperty("totalClients").GetInt32(),
            "all tenants cold");
    }
}

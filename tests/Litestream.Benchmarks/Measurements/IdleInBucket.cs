using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>The same many idle tenants with a bucket as their replica: what the S3 client costs, and what is asked of the store.</summary>
internal static class IdleInBucket
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        var server = S3Server.StartAsync("fleet").GetAwaiter().GetResult();
        try
        {
            using var bench = new Workbench
            {
                ReplicaUrl = server.Url("fleet"),
                Environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey },
            };
            var template = bench.CreateTemplate();
            for (var i = 0; i < effort.Tenants; i++)
                File.Copy(template, bench.NewTenantPath());
            double copied, first;
            using (var agent = new AgentProcess(bench))
            {
                agent.WaitUntil(() => server.Store.Keys("fleet").Count > effort.Tenants, "all copied");
                copied = agent.Started.Elapsed.TotalSeconds;
                WaitUntilCold(agent);
                first = agent.RssMegabytes;
                agent.Stop();
            }

            var atStart = server.Requests.Count;
            using var again = new AgentProcess(bench);
            WaitUntilCold(again);
            var (before, cpu, clock) = (server.Requests.Count, again.Cpu, System.Diagnostics.Stopwatch.StartNew());
            Thread.Sleep(TimeSpan.FromSeconds(effort.IdleSeconds));
            var idle = server.Requests.Count - before;
            var many = $"{effort.Tenants:N0}";
            return
            [
                new Row($"{many} idle in S3: requests", 0, idle, "", $"in {effort.IdleSeconds} s"),
                new Row($"{many} idle in S3: requests of a restart", 1, before - atStart, "", "the probe"),
                new Row($"{many} idle in S3: memory (RSS)", 45, again.RssMegabytes, "MB", "after a restart"),
                new Row($"{many} idle in S3: memory (RSS)", 45, first, "MB", "after the first copies"),
                new Row($"{many} idle in S3: CPU of a core", 0.5, (again.Cpu - cpu) / clock.Elapsed * 100, "%", $"over {effort.IdleSeconds} s"),
                new Row($"start -> {many} copied to S3", null, copied, "s"),
            ];
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static void WaitUntilCold(AgentProcess agent)
    {
        agent.WaitForAnswer();
        agent.WaitUntil(() => agent.Status() is var status && status.GetProperty("hotClients").GetInt32() == 0 && status.GetProperty("activeClients").GetInt32() == status.GetProperty("totalClients").GetInt32(), "all tenants cold");
    }
}

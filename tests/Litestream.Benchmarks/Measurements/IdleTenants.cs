namespace Litestream.Benchmarks.Measurements;

/// <summary>Many tenants that nobody writes to: what they cost, and how long the agent needs to know and to copy them.</summary>
internal static class IdleTenants
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        var registered = new List<double>();
        var replicated = new List<double>();
        var again = new List<double>();
        var memory = new List<double>();
        var cpu = new List<double>();
        var descriptors = new List<double>();
        for (var run = 0; run < effort.Runs; run++)
        {
            using var bench = new Workbench();
            var template = bench.CreateTemplate();
            for (var i = 0; i < effort.Tenants; i++)
                File.Copy(template, bench.NewTenantPath());

            using (var first = new AgentProcess(bench))
            {
                first.WaitForAnswer();
                first.WaitUntil(() => first.Status().GetProperty("totalClients").GetInt32() == effort.Tenants, "all registered");
                registered.Add(first.Started.Elapsed.TotalSeconds);
                first.WaitUntil(() => Images(bench) >= effort.Tenants, "all copied");
                replicated.Add(first.Started.Elapsed.TotalSeconds);
                WaitUntilIdle(first);
                var (before, clock) = (first.Cpu, System.Diagnostics.Stopwatch.StartNew());
                Thread.Sleep(TimeSpan.FromSeconds(effort.IdleSeconds));
                cpu.Add((first.Cpu - before) / clock.Elapsed * 100);
                memory.Add(first.RssMegabytes);
                descriptors.Add(first.Descriptors);
                first.Stop();
            }

            using var second = new AgentProcess(bench);
            second.WaitForAnswer();
            second.WaitUntil(() => second.Status().GetProperty("totalClients").GetInt32() == effort.Tenants, "all registered");
            again.Add(second.Started.Elapsed.TotalSeconds);
            second.Stop();
        }

        var many = $"{effort.Tenants:N0}";
        yield return new Row($"{many} idle: memory (RSS)", 45, memory.Median(), "MB", $"{effort.Runs} runs");
        yield return new Row($"{many} idle: CPU of a core", 0.5, cpu.Median(), "%", $"over {effort.IdleSeconds} s");
        yield return new Row($"{many} idle: descriptors", 100, descriptors.Median(), "");
        yield return new Row($"start -> {many} registered", 2, registered.Median(), "s", "first contact");
        yield return new Row($"start -> {many} copied", null, replicated.Median(), "s");
        yield return new Row($"restart -> {many} registered", 2, again.Median(), "s");
    }

    // Cold, and every first file where retention wants it: nothing is due any more.
    private static void WaitUntilIdle(AgentProcess agent) =>
        agent.WaitUntil(() => agent.Status().TryGetProperty("hotClients", out var hot) && hot.GetInt32() == 0, "all tenants cold");

    private static int Images(Workbench bench)
    {
        var databases = Path.Combine(bench.Replica, "databases");
        return !Directory.Exists(databases) ? 0 : Directory.EnumerateFiles(databases, "0000000000000001-0000000000000001.ltx", SearchOption.AllDirectories).Count();
    }
}

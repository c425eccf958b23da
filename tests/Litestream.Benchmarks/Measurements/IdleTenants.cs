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
                registered.Add(first.SecondsToLine($"Monitoring {effort.Tenants} clients"));
                first.WaitUntil(() => bench.PublishedAt().Count >= effort.Tenants, "all copied");
                replicated.Add((bench.PublishedAt().Values.Max() - first.StartedAt).TotalSeconds);
                WaitUntilIdle(first);
                var (before, clock) = (first.Cpu, System.Diagnostics.Stopwatch.StartNew());
                Thread.Sleep(TimeSpan.FromSeconds(effort.IdleSeconds));
                cpu.Add((first.Cpu - before) / clock.Elapsed * 100);
                memory.Add(first.RssMegabytes);
                descriptors.Add(first.Descriptors);
                first.Stop();
            }

            using var second = new AgentProcess(bench);
            again.Add(second.SecondsToLine($"Monitoring {effort.Tenants} clients"));
            second.Stop();
        }

        var many = $"{effort.Tenants:N0}";
        yield return new Row($"{many} idle: memory (RSS)", effort.Tenants switch { <= 1_000 => 45, <= 10_000 => 60, _ => 100 }, memory.Median(), "MB", $"{effort.Runs} runs");
        yield return new Row($"{many} idle: CPU of a core", 0.5, cpu.Median(), "%", $"over {effort.IdleSeconds} s");
        yield return new Row($"{many} idle: descriptors", 100, descriptors.Median(), "");
        yield return new Row($"start -> {many} registered", effort.Tenants <= 10_000 ? 2 : null, registered.Median(), "s", "first contact");
        yield return new Row($"start -> {many} copied", null, replicated.Median(), "s");
        yield return new Row($"restart -> {many} registered", effort.Tenants <= 10_000 ? 2 : null, again.Median(), "s");
    }

    // Cold: no connection and no descriptor is left, and nothing falls due for a tenant that nobody wrote to.
    private static void WaitUntilIdle(AgentProcess agent)
    {
        agent.WaitForAnswer();
        agent.WaitUntil(() => agent.Status().GetProperty("hotClients").GetInt32() == 0, "all tenants cold");
    }
}

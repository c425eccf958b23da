using System.Collections.Concurrent;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// From the creation of a file in a watched directory to the agent's log line "Client registered", and to its image in the
/// replica. A complete database is renamed into place: the moment before the rename, by this process's clock, against the
/// agent's time stamp in microseconds, the same system clock. Nothing is polled meanwhile.
/// </summary>
internal static class Registration
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        var registered = new List<double>();
        var replicated = new List<double>();
        using var bench = new Workbench();
        using var agent = new AgentProcess(bench);
        agent.WaitForAnswer();
        var template = bench.CreateTemplate();
        var random = new Random(1);
        var created = new ConcurrentDictionary<string, DateTime>();
        for (var i = 0; i < effort.Creations; i++)
        {
            var path = bench.NewTenantPath();
            var staged = Path.Combine(bench.Root, "staged");
            File.Copy(template, staged, overwrite: true);
            // Customers come at their own time, not in step with the agent.
            Thread.Sleep(random.Next(20, 60));
            created[Path.GetFileNameWithoutExtension(path)] = DateTime.UtcNow;
            File.Move(staged, path);
        }

        agent.WaitUntil(() => bench.PublishedAt().Count(pair => pair.Key.Contains("/ltx/1/", StringComparison.Ordinal)) >= effort.Creations, "all images published");
        const string Event = "Client registered: ";
        foreach (var (time, message) in agent.Log)
            if (message.StartsWith(Event, StringComparison.Ordinal) && created.TryGetValue(message[Event.Length..].Split(' ')[0], out var at))
                registered.Add((time - at).TotalMilliseconds);
        foreach (var (path, time) in bench.PublishedAt())
            if (path.Contains("/ltx/1/", StringComparison.Ordinal) && created.TryGetValue(path.Split('/')[1], out var at))
                replicated.Add((time - at).TotalMilliseconds);
        agent.Stop();

        yield return new Row("creation -> registered, p50", 1, registered.Percentile(50), "ms", $"{registered.Count} files");
        yield return new Row("creation -> registered, p99", null, registered.Percentile(99), "ms");
        yield return new Row("creation -> in the replica, p50", 1100, replicated.Percentile(50), "ms", "sync interval 1 s");
        yield return new Row("creation -> in the replica, p99", 1100, replicated.Percentile(99), "ms");
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Litestream.Benchmarks.Measurements;

/// <summary>From an acknowledged commit to its file in the replica, one commit at a time, at moments that do not follow the agent's rounds.</summary>
internal static class ReplicationDelay
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        var delays = new List<double>();
        using var bench = new Workbench();
        var path = bench.NewTenantPath();
        var id = Path.GetFileNameWithoutExtension(path);
        bench.Write("create", path, "-rows", "80");
        using var agent = new AgentProcess(bench);
        agent.WaitForAnswer();
        agent.WaitUntil(() => bench.PublishedAt().Count > 0, "the first copy");

        // Each commit gets a round of its own: the n-th commit is in the n-th level-0 file.
        var log = Path.Combine(bench.Root, "acknowledged");
        bench.Write("write", path, "-transactions", effort.Commits.ToString(CultureInfo.InvariantCulture), "-rate", "0.43", "-mix", "insert=1", "-log", log);
        var commits = File.ReadAllLines(log).Select(line => DateTime.UnixEpoch.AddMilliseconds(long.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture))).ToList();
        List<DateTime> files = [];
        agent.WaitUntil(() => (files = Level0(bench, id)).Count >= commits.Count, "every commit in the replica");
        foreach (var (commit, published) in commits.Zip(files))
            delays.Add((published - commit).TotalMilliseconds);
        agent.Stop();

        yield return new Row("commit -> in the replica, p50", null, delays.Median(), "ms", $"{delays.Count} commits, sync interval 1 s");
        yield return new Row("commit -> in the replica, worst", 1100, delays.Max(), "ms");
    }

    private static List<DateTime> Level0(Workbench bench, string id) =>
        [.. bench.PublishedAt().Where(pair => pair.Key.StartsWith($"databases/{id}/ltx/0/", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];
}

namespace Litestream.Benchmarks.Measurements;

/// <summary>From the start of the process to its first HTTP answer, with nothing to watch yet; and the size of the program.</summary>
internal static class StartUp
{
    public static IEnumerable<Row> Measure(Effort effort)
    {
        var answers = new List<double>();
        var memory = new List<double>();
        for (var run = 0; run < effort.Runs; run++)
        {
            using var bench = new Workbench();
            using var agent = new AgentProcess(bench);
            agent.WaitForAnswer();
            answers.Add(agent.Started.Elapsed.TotalMilliseconds);
            memory.Add(agent.RssMegabytes);
            agent.Stop();
        }

        yield return new Row("program size", 30, new FileInfo(Litestream.EndToEnd.Programs.PublishedProgram.Path).Length / 1e6, "MB");
        yield return new Row("start -> first HTTP answer", 150, answers.Median(), "ms");
        yield return new Row("memory without tenants (RSS)", null, memory.Median(), "MB");
    }
}

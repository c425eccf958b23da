using System.Diagnostics;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>From the start of a process to its first answer, with nothing to watch yet; and the size of the programs.</summary>
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

        yield return new Row("agent: size of the program", 30, new FileInfo(PublishedProgram.Path).Length / 1e6, "MB");
        yield return new Row("agent: start to first HTTP answer", 150, answers.Median(), "ms", $"{answers.Min():0} to {answers.Max():0}");
        yield return new Row("agent: memory without tenants (RSS)", null, memory.Median(), "MB");

        var functions = Enumerable.Range(0, effort.Runs).Select(_ => Function().GetAwaiter().GetResult()).ToList();
        yield return new Row("function: size of the program", null, new FileInfo(PublishedCloud.Path).Length / 1e6, "MB");
        yield return new Row("function: start to first poll of Lambda's Runtime API", null, functions.Select(f => f.Poll).Median(), "ms");
        yield return new Row("function: first event to its answer", null, functions.Select(f => f.Answer).Median(), "ms", "GET /api/hosts of an empty fleet");
    }

    private static async Task<(double Poll, double Answer)> Function()
    {
        using var bench = new Workbench();
        await using var lambda = await LambdaRuntime.StartAsync();
        await using var table = await TableServer.StartAsync();
        using var function = CloudProcess.Start(bench, table, new() { ["AWS_LAMBDA_RUNTIME_API"] = lambda.Address }, out var clock);
        await lambda.FirstPoll;
        var poll = clock.Elapsed.TotalMilliseconds;
        clock.Restart();
        var answer = await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(("sub", "ann"), ("scope", "fleet.read")));
        return answer.Status == 200 ? (poll, clock.Elapsed.TotalMilliseconds) : throw new InvalidOperationException($"the function answered {answer.Status}");
    }
}

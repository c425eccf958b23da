using System.Diagnostics;
using System.Text.Json.Nodes;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Tests.Servers;

namespace Litestream.Infra.Tests;

/// <summary>The published program as it lies in what would be deployed, with the variables that the template gives it.</summary>
public sealed class DeployedFunctionTests
{
    [NeedsNode]
    public async Task The_asset_of_the_api_is_the_program_and_answers_an_event()
    {
        using var fleet = SynthesizedFleet.Of(new Dictionary<string, object> { ["program"] = Path.GetDirectoryName(PublishedCloud.Path)! });
        var api = Assert.Single(fleet.Service.Of("AWS::Lambda::Function"), f => f.Contains("LITESTREAM_SCOPE_PREFIX"));
        Assert.Equal(("provided.al2023", """["x86_64"]"""), (api["Runtime"]!.GetValue<string>(), api["Architectures"]!.ToJsonString()));
        var hash = Path.GetFileNameWithoutExtension(api["Code"]!["S3Key"]!.GetValue<string>());
        var program = Path.Combine(fleet.Asset($"asset.{hash}"), "bootstrap");
        Assert.Equal(await File.ReadAllBytesAsync(PublishedCloud.Path), await File.ReadAllBytesAsync(program));

        await using var lambda = await LambdaRuntime.StartAsync();
        await using var table = await TableServer.StartAsync();
        using var function = Start(program, lambda, table, api["Environment"]!["Variables"]!.AsObject());
        try
        {
            await lambda.FirstPoll;
            Assert.Equal(200, (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/health"))).Status);
            // Its own prefix is what makes a scope: the claim without it is another's.
            Assert.Equal(403, (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts/web-1").WithClaims(("sub", "ann"), ("scope", "fleet.read")))).Status);
        }
        finally
        {
            function.Kill();
            await function.WaitForExitAsync();
        }
    }

    [NeedsNode]
    public async Task The_worker_takes_the_schedules_event_and_counts_what_the_alarms_read()
    {
        using var fleet = SynthesizedFleet.Of(new Dictionary<string, object> { ["program"] = Path.GetDirectoryName(PublishedCloud.Path)! });
        var worker = Assert.Single(fleet.Service.Of("AWS::Lambda::Function"), f => f.Contains("LITESTREAM_ROLE"));
        await using var lambda = await LambdaRuntime.StartAsync();
        await using var table = await TableServer.StartAsync();
        using var function = Start(PublishedCloud.Path, lambda, table, worker["Environment"]!["Variables"]!.AsObject());
        try
        {
            await lambda.FirstPoll;
            var sent = JsonNode.Parse(fleet.Service.Only("AWS::Scheduler::Schedule")["Target"]!["Input"]!.GetValue<string>());
            Assert.Equal("response", (await lambda.InvokeAsync(sent, TimeSpan.FromMinutes(15))).Kind);
            var counted = JsonNode.Parse(await LineAsync(function, "_aws"))!;
            var read = fleet.Service.Of("AWS::CloudWatch::Alarm").Where(a => a["Namespace"]?.GetValue<string>() == FleetMetricNames.Namespace).ToList();
            var names = counted["_aws"]!["CloudWatchMetrics"]![0]!["Metrics"]!.AsArray().Select(m => m!["Name"]!.GetValue<string>());
            Assert.Equal(names.Order(), read.Select(a => a["MetricName"]!.GetValue<string>()).Order());
            Assert.All(read, a => Assert.Equal("Table", Assert.Single(a["Dimensions"]!.AsArray())!["Name"]!.GetValue<string>()));
        }
        finally
        {
            function.Kill();
            await function.WaitForExitAsync();
        }
    }

    private static async Task<string> LineAsync(Process function, string with)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await function.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Contains(with, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"the function ended without a line with {with}");
    }

    private static Process Start(string program, LambdaRuntime lambda, TableServer table, JsonObject variables)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value is JsonValue text ? text.GetValue<string>() : "fleet"; // a reference: the table
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = lambda.Address;
        start.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint;
        start.Environment["AWS_REGION"] = "eu-west-1";
        start.Environment["AWS_ACCESS_KEY_ID"] = start.Environment["AWS_SECRET_ACCESS_KEY"] = "test";
        return Process.Start(start)!;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Hosting;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Drills;

/// <summary>The worker where it runs: as a function of a schedule, and by itself on a port.</summary>
public sealed class DrillWorkerTests
{
    /// <summary>As EventBridge documents the event of a schedule.</summary>
    private const string Scheduled = """
        {"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012","time":"2026-11-21T12:00:00Z","region":"eu-west-1",
         "resources":["arn:aws:events:eu-west-1:123456789012:rule/drills"],"detail":{}}
        """;

    [Fact]
    public async Task Each_event_of_a_schedule_is_a_round_and_its_answer_says_what_was_done()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenants = await fleet.ReplicateAsync(2);
        await using var lambda = await LambdaRuntime.StartAsync();
        await using var function = CloudApplication.Build(Options(fleet) with { Port = null, RuntimeApi = lambda.Address }, fleet.Time);
        await function.StartAsync();
        var reply = await lambda.InvokeAsync(JsonNode.Parse(Scheduled), TimeSpan.FromMinutes(15));
        Assert.Equal("response", reply.Kind);
        Assert.Equal((256, 2, 0), (reply.Body.GetProperty("slices").GetInt32(), reply.Body.GetProperty("passed").GetInt32(), reply.Body.GetProperty("failed").GetInt32()));
        Assert.All(tenants, t => Assert.Equal(ProofVerdicts.Pass, Assert.Single(fleet.Proofs(t.Tenant)).Verdict));
        // A request of the API came to the wrong function; a schedule may send what it likes.
        Assert.Equal("Litestream.UnknownEvent", (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/status"))).ErrorType);
        Assert.Equal("Litestream.UnknownEvent", (await lambda.InvokeAsync(JsonNode.Parse("[]"))).ErrorType);
        Assert.Equal("response", (await lambda.InvokeAsync(JsonNode.Parse("{}"), TimeSpan.FromMinutes(15))).Kind);
        // Too little time for anything: nothing is begun, and that is said.
        Assert.True((await lambda.InvokeAsync(JsonNode.Parse("{}"), TimeSpan.FromSeconds(3))).Body.GetProperty("isCut").GetBoolean());
        fleet.Table.Fault = _ => TableServerFault.Denied;
        Assert.Equal("error", (await lambda.InvokeAsync(JsonNode.Parse(Scheduled), TimeSpan.FromMinutes(15))).Kind);
        Assert.False(lambda.WasGreedy);
        await function.StopAsync();
    }

    [Fact]
    public async Task On_a_port_it_goes_round_by_itself_and_answers_nobody_but_who_asks_for_its_health()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var first = (await fleet.ReplicateAsync(1))[0];
        var time = new PausedTime();
        await using var worker = CloudApplication.Build(Options(fleet), time);
        await worker.StartAsync();
        await EventuallyAsync(() => fleet.Proofs(first.Tenant).Count == 1);
        await EventuallyAsync(() => time.IsPaused); // the first round may visit other slices still
        var second = (await fleet.ReplicateAsync(1))[0];
        Assert.Empty(fleet.Proofs(second.Tenant));
        time.Pass(TimeSpan.FromHours(7)); // the pause, and until slices are due
        await EventuallyAsync(() => fleet.Proofs(second.Tenant).Count == 1);
        using var http = new HttpClient { BaseAddress = new(worker.Urls.Single()) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/health")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/status")).StatusCode);
        await worker.StopAsync();
    }

    [Theory]
    [InlineData("-drill-within 3d -drill-visit 12h -drill-max-size 1GB -drill-lanes 4 -drill-pause 30s", null)]
    [InlineData("-drill-within soon", "\"soon\" is no time")]
    [InlineData("-drill-max-size 10", "\"10\" is no size")]
    [InlineData("-drill-lanes 0", "expected 1 to 64")]
    [InlineData("-drill-within 1h -drill-visit 1h", "at least twice")]
    public void Its_flags_are_read_strictly(string flags, string? wrong)
    {
        var environment = new CloudEnvironment { Table = "fleet", Role = "worker", Drills = new Dictionary<string, string> { ["-drill-lanes"] = "7" } };
        CloudOptions Read() => CloudOptions.Read(flags.Split(' '), environment);
        if (wrong is not null)
        {
            Assert.Contains(wrong, Assert.Throws<StartException>(Read).Message, StringComparison.Ordinal);
            return;
        }
        var worker = Read().Worker!;
        Assert.Equal((TimeSpan.FromDays(3), TimeSpan.FromHours(12), 1L << 30, 4, TimeSpan.FromSeconds(30)), (worker.Within, worker.VisitEvery, worker.LargestBytes, worker.Lanes, worker.Pause));
        Assert.Equal(7, CloudOptions.Read([], environment).Worker!.Lanes);
        Assert.Contains("no role", Assert.Throws<StartException>(() => CloudOptions.Read([], environment with { Role = "wroker" })).Message, StringComparison.Ordinal);
        Assert.Contains("is the worker's", Assert.Throws<StartException>(() => CloudOptions.Read(["-no-auth", "-drill-lanes", "2"], environment with { Role = null })).Message, StringComparison.Ordinal);
    }

    private static CloudOptions Options(DrilledFleet fleet) => RunningCloud.Options(fleet.Table) with { Worker = new() { Name = "worker-1", Scratch = Path.Combine(fleet.Folder, "scratch") } };

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); !holds();)
        {
            Assert.True(DateTime.UtcNow < end, "it does not come to be");
            await Task.Yield();
        }
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Tests.Servers;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Fleet;

/// <summary>The published program as Lambda runs it: a process that finds the Runtime API in its environment.</summary>
public sealed class FleetFunctionTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const int WarmInvocations = 500;

    private readonly Sandbox _sandbox = new();
    private LambdaRuntime _lambda = null!;
    private TableServer _table = null!;

    public async Task InitializeAsync() => (_lambda, _table) = (await LambdaRuntime.StartAsync(), await TableServer.StartAsync());

    public async Task DisposeAsync()
    {
        await _lambda.DisposeAsync();
        await _table.DisposeAsync();
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task It_answers_events_as_an_http_api_sends_them_and_ends_in_order()
    {
        using var function = Start();
        await _lambda.FirstPoll;

        var health = await _lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/health"));
        Assert.Equal((200, "healthy"), (health.Status, health.Json.GetProperty("status").GetString()));
        var claims = new[] { ("sub", "ann"), ("scope", "openid fleet.read") };
        var hosts = await _lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(claims));
        Assert.Equal((200, 0), (hosts.Status, hosts.Json.GetProperty("items").GetArrayLength()));
        Assert.Equal(304, (await _lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(claims).WithHeader("if-none-match", hosts.Header("etag")!))).Status);
        Assert.Equal(200, (await _lambda.InvokeAsync(LambdaEvent.Of("GET", "/prod/api/hosts", stage: "prod").WithClaims(claims).With("cookies", new JsonArray("a=b")))).Status);

        await RefusesAsync(LambdaEvent.Of("GET", "/api/hosts"), 401, ProblemCodes.Unauthenticated);
        await RefusesAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(("sub", "ann"), ("scope", "fleet.restore")), 403, ProblemCodes.ScopeMissing);
        await RefusesAsync(LambdaEvent.Of("GET", "/api/hosts", "limit=1&limit=2").WithClaims(claims), 400, ProblemCodes.BadParameter);
        await RefusesAsync(LambdaEvent.Of("GET", "/api/nothing").WithClaims(claims), 404, ProblemCodes.NotFound);
        await RefusesAsync(LambdaEvent.Of("POST", "/api/hosts").WithClaims(claims).With("body", "/9j/AAE=").With("isBase64Encoded", true), 405, ProblemCodes.MethodNotAllowed);
        _table.Fault = _ => TableServerFault.Hang;
        var given = Stopwatch.StartNew();
        var late = await _lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(claims), TimeSpan.FromSeconds(2));
        Assert.Equal((504, ProblemCodes.TooLong), (late.Status, late.Json.GetProperty("code").GetString()));
        Assert.True(given.Elapsed < TimeSpan.FromSeconds(10), $"given up after {given.Elapsed}");
        _table.Fault = _ => TableServerFault.None;
        _table.Release();
        Assert.Equal("error", (await _lambda.InvokeAsync(new JsonObject { ["source"] = "aws.events" })).Kind);

        function.Send(Signal.Terminate);
        Assert.Equal(0, await function.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(_lambda.WasGreedy);
    }

    [Fact]
    public async Task What_keeps_it_from_beginning_is_told_to_lambda_and_is_its_exit_code()
    {
        using var function = Start(("LITESTREAM_FLEET_TABLE", ""));
        var error = await _lambda.InitError;
        Assert.Equal("Litestream.StartException", error.ErrorType);
        Assert.Contains("table is not named (hint: ", error.Body.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, await function.WaitForExitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_runtime_api_that_ends_ends_it_too()
    {
        using var function = Start();
        await _lambda.FirstPoll;
        await _lambda.DisposeAsync();
        Assert.Equal(1, await function.WaitForExitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task It_is_small_begins_at_once_and_stays_quick()
    {
        _ = PublishedCloud.Path;
        var clock = Stopwatch.StartNew();
        using var function = Start();
        await _lambda.FirstPoll;
        var toFirstPoll = clock.Elapsed;
        var request = LambdaEvent.Of("GET", "/api/hosts").WithClaims(("sub", "ann"), ("scope", "fleet.read"));
        clock.Restart();
        Assert.Equal(200, (await _lambda.InvokeAsync(request.DeepClone())).Status);
        var first = clock.Elapsed;

        var taken = new List<double>();
        for (var i = 0; i < WarmInvocations; i++)
        {
            clock.Restart();
            Assert.Equal(200, (await _lambda.InvokeAsync(request.DeepClone())).Status);
            taken.Add(clock.Elapsed.TotalMilliseconds);
        }
        taken.Sort();
        var resident = File.ReadLines($"/proc/{function.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(':')[1].Trim();
        output.WriteLine($"{new FileInfo(PublishedCloud.Path).Length / 1e6:0.0} MB; first poll after {toFirstPoll.TotalMilliseconds:0} ms; first answer {first.TotalMilliseconds:0} ms; "
            + $"{WarmInvocations} warm ones p50 {taken[WarmInvocations / 2]:0.00} ms, p99 {taken[WarmInvocations * 99 / 100]:0.00} ms; resident {resident}");
        // Ten times what a busy machine of two processors needs: a program that began to compile itself at run time would not make it.
        Assert.True(taken[WarmInvocations / 2] < 250, $"p50 {taken[WarmInvocations / 2]} ms");
    }

    private ChildProcess Start(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_LAMBDA_RUNTIME_API"] = _lambda.Address,
            ["LITESTREAM_FLEET_TABLE"] = "fleet",
            ["AWS_ENDPOINT_URL_DYNAMODB"] = _table.Endpoint,
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "test",
            ["AWS_CA_BUNDLE"] = "",
        };
        foreach (var (name, value) in more)
            variables[name] = value;
        return ChildProcess.Start(PublishedCloud.Path, [], _sandbox.Root, _sandbox.EnvironmentWith(variables));
    }

    private async Task RefusesAsync(JsonObject request, int status, string code)
    {
        var reply = await _lambda.InvokeAsync(request);
        Assert.Equal((status, "application/problem+json", code), (reply.Status, reply.Header("content-type"), reply.Json.GetProperty("code").GetString()));
    }
}

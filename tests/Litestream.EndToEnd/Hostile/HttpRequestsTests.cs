using System.Collections.Concurrent;
using System.Net;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Every address, with everything that can be wrong with a request: each is refused in a word, nothing of the program's inside is told, nothing happens, and the next one is answered.</summary>
public sealed class HttpRequestsTests : IDisposable
{
    /// <summary>Of what our own programs may not say to a stranger.</summary>
    private static readonly string[] Insides = ["   at ", "Exception", "System.", "Microsoft.", "root:x:"];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task An_agent_refuses_each_and_goes_on()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        var elsewhere = _sandbox.Folder("elsewhere");
        using var agent = await RunningAgent.StartAsync(_sandbox, "-restore-dir", elsewhere);
        await agent.WaitForActiveAsync(tenant.Id);
        var known = await KnownIds.MakeAsync(agent.Http, tenant.Id, Path.Combine(elsewhere, "x.db"));
        await AreRefusedAsync(agent.Http, HostileRequests.Addresses("host", known), known, () => agent.Said);

        Assert.Equal("active", (await agent.ClientAsync(tenant.Id))!.Status);
        using (var application = await tenant.OpenAsync())
            await application.InsertAsync(10);
        await agent.SyncAsync(tenant.Id);
        await tenant.ReplicaEqualsAsync(agent);
        Assert.DoesNotContain("Exception", agent.Said, StringComparison.Ordinal);
        Assert.InRange(Memory.PeakBytes(agent.Id), 1, 700_000_000);
        await agent.StopInOrderAsync();
    }

    [Fact]
    public async Task The_API_of_a_fleet_refuses_each_and_goes_on()
    {
        await using var table = await TableServer.StartAsync();
        var variables = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint,
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_ACCESS_KEY_ID"] = "AKIDTESTS",
            ["AWS_SECRET_ACCESS_KEY"] = "any secret will do",
        };
        var (tenant, elsewhere) = (await _sandbox.CreateTenantAsync(), _sandbox.Folder("elsewhere"));
        using var agent = await RunningAgent.StartWithAsync(_sandbox, variables,
            "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-restore-dir", elsewhere, "-fleet-table", "fleet", "-fleet-interval", "1s", "-host-id", "web-1");
        await agent.WaitForActiveAsync(tenant.Id);
        using var api = await RunningApi.StartAsync(_sandbox, "fleet", variables);
        await Eventually.PassesAsync(async () => Assert.Equal(tenant.Id, (await api.GetAsync($"/api/tenants/{tenant.Id}")).GetProperty("tenantId").GetString()), TimeSpan.FromSeconds(120));
        var known = await KnownIds.MakeAsync(api.Http, tenant.Id, Path.Combine(elsewhere, "x.db"));
        await AreRefusedAsync(api.Http, HostileRequests.Addresses("fleet", known), known, () => api.Said);
        using var answer = await api.Http.GetAsync(new Uri("/api/status", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Exception", api.Said, StringComparison.Ordinal);
    }

    private static async Task AreRefusedAsync(HttpClient http, IReadOnlyList<HostileAddress> addresses, KnownIds known, Func<string> said)
    {
        var before = await known.AskedForAsync(http);
        var wrong = new ConcurrentQueue<string>();
        var requests = addresses.SelectMany(address => HostileRequests.For(address).Select(request => (address, request)));
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (hostile, _) =>
        {
            var (address, request) = hostile;
            var (status, text) = await RawHttp.SendAsync(http.BaseAddress!.Port, request.Bytes);
            if (address.WhyWrong(request, status) is { } why)
                wrong.Enqueue($"{status} {why}, for\n{request.What}\n{text}");
            else if (Insides.FirstOrDefault(inside => text.Contains(inside, StringComparison.Ordinal)) is { } inside)
                wrong.Enqueue($"'{inside}' is told to\n{request.What}\n{text}");
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} are answered otherwise than they should be:\n\n{string.Join("\n\n", wrong.Take(20))}\n{said()}");
        Assert.Equal(before, await known.AskedForAsync(http));
    }
}

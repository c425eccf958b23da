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
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await AreRefusedAsync(agent.Port, () => agent.Said);

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
        using var api = await RunningApi.StartAsync(_sandbox, "fleet", new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint,
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_ACCESS_KEY_ID"] = "AKIDTESTS",
            ["AWS_SECRET_ACCESS_KEY"] = "any secret will do",
        });
        await AreRefusedAsync(api.Http.BaseAddress!.Port, () => api.Said);
        using var answer = await api.Http.GetAsync(new Uri("/api/status", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Exception", api.Said, StringComparison.Ordinal);
    }

    private static async Task AreRefusedAsync(int port, Func<string> said)
    {
        var wrong = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var requests = HostileRequests.Addresses().SelectMany(address => HostileRequests.For(address.Method, address.Path));
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, _) =>
        {
            var (status, text) = await RawHttp.SendAsync(port, request.Bytes);
            if (status is < 400 or > 499)
                wrong.Enqueue($"{status} for\n{request.What}\n{text}");
            else if (Insides.FirstOrDefault(inside => text.Contains(inside, StringComparison.Ordinal)) is { } inside)
                wrong.Enqueue($"'{inside}' is told to\n{request.What}\n{text}");
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} are answered otherwise than by 4xx:\n\n{string.Join("\n\n", wrong.Take(20))}\n{said()}");
    }
}

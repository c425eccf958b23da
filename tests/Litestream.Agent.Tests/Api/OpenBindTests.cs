using System.Net;
using System.Net.Http.Headers;

namespace Litestream.Agent.Tests.Api;

/// <summary>An agent that listens beyond loopback.</summary>
public sealed class OpenBindTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public OpenBindTests()
    {
        _folder.Folder("clients");
        _folder.File($"clients/{Guid}.db");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_token_nothing_can_be_changed()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { Bind = "0.0.0.0" });
        Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync(agent, "anything")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await agent.Http.GetAsync("api/status")).StatusCode);
    }

    [Fact]
    public async Task With_a_token_only_who_shows_it_can_change_things_and_it_is_never_logged()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { Bind = "*", ApiToken = "open-sesame", Log = new() { Level = Microsoft.Extensions.Logging.LogLevel.Trace } });
        using var refused = await PutAsync(agent, "open-says-me");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(agent, "open-sesame")).StatusCode);
        await agent.StopAsync();
        Assert.DoesNotContain(agent.Log.Lines, line => line.Contains("sesame", StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> PutAsync(RunningAgent agent, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/databases/{Guid}/status")
        {
            Content = new StringContent("""{"status":"paused"}""", new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Authorization = new("Bearer", token);
        return agent.Http.SendAsync(request);
    }
}

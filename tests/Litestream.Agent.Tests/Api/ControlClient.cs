using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Api;

/// <summary>Speaks to an agent's control socket as a script would: plain HTTP, plain JSON.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly HttpClient _http;

    public ControlClient(RunningAgent agent)
        : this(Path.Combine(agent.Host.StateFolder, StateDirectory.SocketName))
    {
    }

    public ControlClient(string path)
    {
        _http = new(new SocketsHttpHandler { ConnectCallback = (_, stop) => ConnectAsync(path, stop) }) { BaseAddress = new("http://localhost/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(string address, JsonObject body)
    {
        using var answer = await _http.PostAsync(new Uri(address, UriKind.Relative), JsonContent.Create(body));
        return (answer.StatusCode, await ReadAsync(answer));
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> PostTextAsync(string address, string body)
    {
        using var content = new StringContent(body);
        using var answer = await _http.PostAsync(new Uri(address, UriKind.Relative), content);
        return (answer.StatusCode, await ReadAsync(answer));
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> GetAsync(string address)
    {
        using var answer = await _http.GetAsync(new Uri(address, UriKind.Relative));
        return (answer.StatusCode, await ReadAsync(answer));
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer) => JsonSerializer.Deserialize<JsonObject>(await answer.Content.ReadAsStringAsync())!;

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

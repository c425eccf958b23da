using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Litestream.Agent.Api;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands;

/// <summary>A running agent, asked through the control socket in its state folder.</summary>
internal sealed class AgentSocket : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    private readonly ControlSocket _socket;
    private readonly HttpClient _client;

    private AgentSocket(string folder)
    {
        Folder = folder;
        _socket = ControlSocket.Of(folder);
        _client = new(new SocketsHttpHandler { ConnectCallback = (_, stop) => ConnectAsync(stop), UseProxy = false })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = LongestAnswer,
        };
    }

    /// <summary>The agent's state folder.</summary>
    public string Folder { get; }

    /// <summary>Null when nobody listens there.</summary>
    public static async Task<AgentSocket?> TryOpenAsync(string folder, CancellationToken stop)
    {
        var agent = new AgentSocket(folder);
        try
        {
            await using var probe = await agent.ConnectAsync(stop);
            return agent;
        }
        catch (SocketException)
        {
            agent.Dispose();
            return null;
        }
    }

    /// <summary>Throws <see cref="LitestreamException"/> with the agent's own words when it refuses.</summary>
    public async Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type, CancellationToken stop)
    {
        using var answer = await _client.GetAsync(new Uri(address, UriKind.Relative), stop);
        var body = await answer.Content.ReadAsByteArrayAsync(stop);
        if (answer.Content.Headers.ContentType?.MediaType == Problem.MediaType)
        {
            var problem = JsonSerializer.Deserialize(body, FleetJson.Default.Problem)!;
            throw new LitestreamException(problem.Detail ?? problem.Title, hint: problem.Hint);
        }
        return JsonSerializer.Deserialize(body, type) ?? throw new LitestreamException($"the agent of {Folder} gave no answer to {address}");
    }

    public void Dispose()
    {
        _client.Dispose();
        _socket.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket.ListenPath), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

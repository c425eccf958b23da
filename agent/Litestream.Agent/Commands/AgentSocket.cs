using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Litestream.Agent.Api;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Configuration;
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
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The agent's state folder.</summary>
    public string Folder { get; }

    /// <summary>The socket itself.</summary>
    public string Path => System.IO.Path.Combine(Folder, StateDirectory.SocketName);

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
    public Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type, CancellationToken stop) => AskAsync(HttpMethod.Get, address, null, type, LongestAnswer, stop);

    /// <summary>Asks for a change; the agent itself answers within the request's timeout.</summary>
    public Task<T> PostAsync<T>(string address, ControlRequest request, JsonTypeInfo<T> type, CancellationToken stop) =>
        AskAsync(HttpMethod.Post, address, request, type, LongestAnswer + TimeSpan.FromSeconds(request.Timeout ?? 0), stop);

    /// <summary>Asks for something that takes long, and hears line by line how far it is. Whoever stops listening ends it, if it can be ended.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string address, ControlRequest request, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken stop)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, UriKind.Relative));
        message.Content = JsonContent.Create(request, ControlJson.Default.ControlRequest);
        using var answer = await OrEndedAsync(address, () => _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop));
        if (!answer.IsSuccessStatusCode)
            _ = Read(address, answer, await answer.Content.ReadAsByteArrayAsync(stop), type);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        while (await OrEndedAsync(address, () => lines.ReadLineAsync(stop).AsTask()) is { } line)
            yield return JsonSerializer.Deserialize(line, type)!;
    }

    private async Task<T> OrEndedAsync<T>(string address, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Ended(address, error);
        }
    }

    private LitestreamException Ended(string address, Exception error) => new($"the agent of {Path} ended before it answered {address}", error, "its log says why");

    private async Task<T> AskAsync<T>(HttpMethod method, string address, ControlRequest? request, JsonTypeInfo<T> type, TimeSpan patience, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var message = new HttpRequestMessage(method, new Uri(address, UriKind.Relative));
            message.Content = request is null ? null : JsonContent.Create(request, ControlJson.Default.ControlRequest);
            using var answer = await _client.SendAsync(message, limit.Token);
            return Read(address, answer, await answer.Content.ReadAsByteArrayAsync(limit.Token), type);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LitestreamException($"the agent of {Path} gave no answer to {address} within {patience.TotalSeconds:0} s");
        }
        catch (HttpRequestException error)
        {
            throw Ended(address, error);
        }
    }

    private T Read<T>(string address, HttpResponseMessage answer, byte[] body, JsonTypeInfo<T> type)
    {
        if (answer.Content.Headers.ContentType?.MediaType == Problem.MediaType)
        {
            var problem = JsonSerializer.Deserialize(body, FleetJson.Default.Problem)!;
            throw new LitestreamException(problem.Detail ?? problem.Title, hint: problem.Hint);
        }
        if (!answer.IsSuccessStatusCode)
        {
            var error = JsonSerializer.Deserialize(body, ControlJson.Default.ErrorAnswer)!;
            throw new LitestreamException(error.Error, hint: error.Details);
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

using System.Globalization;
using System.Net;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Library;

/// <summary>samples/Embedded, running.</summary>
internal sealed class EmbeddedSample : IDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _client;

    private EmbeddedSample(ChildProcess process, int port)
    {
        _process = process;
        // Each of a hundred callers has a connection of its own.
        _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    public string Said => _process.Said;

    public int Id => _process.Id;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="sandbox">Where its files are.</param>
    /// <param name="published">Where it was published to.</param>
    /// <param name="database">Of the application.</param>
    /// <param name="pooling">Whether its connections are pooled, as the provider does unless told otherwise.</param>
    public static async Task<EmbeddedSample> StartAsync(Sandbox sandbox, string published, string database, bool pooling = true)
    {
        var (program, arguments) = File.Exists(Path.Combine(published, "Embedded.dll")) ? ("dotnet", [Path.Combine(published, "Embedded.dll")]) : (Path.Combine(published, "Embedded"), Array.Empty<string>());
        var port = FreePort.Find();
        var sample = new EmbeddedSample(ChildProcess.Start(program,
            [.. arguments, $"--urls=http://127.0.0.1:{port}", $"--Database={database}", $"--Replica={sandbox.ReplicaUrl}", $"--Pooling={pooling}"], sandbox.Root, sandbox.Environment), port);
        await Eventually.TrueAsync(async () => sample._process.HasExited || (await sample.TryGetAsync("/health")).StatusCode == HttpStatusCode.OK, () => $"the sample answers\n{sample.Said}");
        Assert.False(sample._process.HasExited, sample.Said);
        return sample;
    }

    public async Task<IReadOnlyList<string>> NotesAsync(string path = "/notes") => (await _client.GetStringAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Task<string> GetAsync(string path) => _client.GetStringAsync(path);

    public async Task AddAsync(string note) => (await _client.PostAsync($"/notes?text={note}", null)).EnsureSuccessStatusCode();

    /// <summary>Answers the transaction.</summary>
    public async Task<long> AddDurablyAsync(string note)
    {
        using var answer = await _client.PostAsync($"/notes/durable?text={note}", null);
        return long.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public async Task StopAsync()
    {
        _process.Send(Signal.Terminate);
        var code = await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"the sample ended with {code}\n{Said}");
    }

    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Dispose();
    }

    private async Task<HttpResponseMessage> TryGetAsync(string path)
    {
        try
        {
            return await _client.GetAsync(path);
        }
        catch (HttpRequestException)
        {
            return new(HttpStatusCode.ServiceUnavailable);
        }
    }
}

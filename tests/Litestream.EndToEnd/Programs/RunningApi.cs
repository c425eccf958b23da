using System.Net;
using System.Text.Json;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Programs;

/// <summary>The published API of a fleet on a port of loopback, for everybody on this machine.</summary>
internal sealed class RunningApi : IDisposable
{
    private readonly ChildProcess _process;

    private RunningApi(ChildProcess process, int port) => (_process, Http) = (process, new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) });

    public HttpClient Http { get; }

    public string Said => _process.Said;

    public bool HasExited => _process.HasExited;

    /// <param name="sandbox">Where it runs.</param>
    /// <param name="table">Of the fleet.</param>
    /// <param name="variables">How to get to it.</param>
    /// <param name="access">Who may come in; nothing: everybody.</param>
    public static async Task<RunningApi> StartAsync(Sandbox sandbox, string table, IReadOnlyDictionary<string, string> variables, params string[] access)
    {
        var port = FreePort.Find();
        var api = new RunningApi(ChildProcess.Start(PublishedCloud.Path, ["-fleet-table", table, .. access.Length > 0 ? access : ["-no-auth"], "-port", $"{port}"], sandbox.Root, sandbox.EnvironmentWith(variables)), port);
        try
        {
            await Eventually.TrueAsync(api.AnswersAsync, () => $"the API answers\n{api.Said}");
        }
        catch
        {
            api.Dispose();
            throw;
        }
        return api;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {text}\n{Said}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonElement>> ListAsync(string path)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await GetAsync(path + (cursor is null ? "" : $"&cursor={cursor}"));
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        return items;
    }

    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitForExitAsync(Eventually.Patience);
    }

    /// <summary>SIGTERM; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.Send(Signal.Terminate);
        return await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose()
    {
        _process.Dispose();
        Http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, $"the API ended at once:\n{Said}");
        try
        {
            using var answer = await Http.GetAsync(new Uri("/api/health", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        // Nobody listens yet, or its table is silent.
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}

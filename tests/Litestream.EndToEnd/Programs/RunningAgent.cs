using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Programs;

/// <summary>The published program replicating, with its local API.</summary>
internal sealed class RunningAgent : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly ChildProcess _process;

    private RunningAgent(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public int Port { get; }

    public int Id => _process.Id;

    public HttpClient Http { get; }

    /// <summary>Resident, as the kernel counts it; 0 when it has just ended.</summary>
    public long MemoryBytes
    {
        get
        {
            try
            {
                var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
                return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    public IReadOnlyList<string> Lines => _process.Lines;

    public string Said => _process.Said;

    public bool HasExited => _process.HasExited;

    /// <summary>Watches the sandbox's directories into its replica, syncing every 100 ms, and waits for the first answer of its API.</summary>
    public static Task<RunningAgent> StartAsync(Sandbox sandbox, params string[] more) => StartExactlyAsync(sandbox,
    [
        "replicate", "-watch-dir", string.Join(',', sandbox.WatchedDirectories), "-replica", sandbox.ReplicaUrl,
        .. more.Contains("-sync-interval") ? Array.Empty<string>() : ["-sync-interval", "100ms"], .. more,
    ]);

    /// <summary>The given words, plus state directory and a free port.</summary>
    public static Task<RunningAgent> StartExactlyAsync(Sandbox sandbox, params string[] arguments) => StartWithAsync(sandbox, null, arguments);

    /// <summary>The same, with more in its environment.</summary>
    public static async Task<RunningAgent> StartWithAsync(Sandbox sandbox, IReadOnlyDictionary<string, string>? more, params string[] arguments)
    {
        var agent = Launch(sandbox, more, arguments);
        try
        {
            await Eventually.TrueAsync(agent.AnswersAsync, () => $"the agent answers\n{agent.Said}");
        }
        catch
        {
            agent.Dispose();
            throw;
        }

        return agent;
    }

    /// <summary>As <see cref="StartExactlyAsync"/>, with more in its environment, and without waiting: it may be meant to die before it answers.</summary>
    public static RunningAgent Launch(Sandbox sandbox, IReadOnlyDictionary<string, string>? more, params string[] arguments) => LaunchBy([], sandbox, more, arguments);

    /// <summary>The same by a program that becomes it, with words of its own.</summary>
    public static RunningAgent LaunchBy(string[] starter, Sandbox sandbox, IReadOnlyDictionary<string, string>? more, params string[] arguments)
    {
        var port = FreePort.Find();
        string[] place = arguments.Contains("-state-dir") ? [] : ["-state-dir", sandbox.State];
        string[] words = [.. starter, PublishedProgram.Path, .. arguments, .. place, "-port", $"{port}"];
        var agent = new RunningAgent(ChildProcess.Start(words[0], words[1..], sandbox.Root, sandbox.EnvironmentWith(more)), port);
        sandbox.Started(agent);
        return agent;
    }

    public async Task<AgentStatus> StatusAsync() => (await Http.GetFromJsonAsync<AgentStatus>("/api/status", Json))!;

    /// <summary>One of a page's thousand may be on the next.</summary>
    public async Task<AgentClient?> ClientAsync(string id) => (await Http.GetFromJsonAsync<AgentStatus>($"/api/status?q={Uri.EscapeDataString(id)}", Json))!.Find(id);

    public async Task<AgentClient> WaitForAsync(string id, Func<AgentClient, bool> condition, string what, TimeSpan? patience = null)
    {
        AgentClient? last = null;
        await Eventually.TrueAsync(async () => (last = await ClientAsync(id)) is not null && condition(last), () => $"{id} {what}; it is {last}\n{Said}", patience);
        return last!;
    }

    public Task WaitForActiveAsync(string id) => WaitForAsync(id, client => client is { Status: "active", ReplicatedNumber: > 0 }, "is active and replicated");

    public Task WaitForLineAsync(string part) =>
        Eventually.TrueAsync(() => Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), () => $"the agent says '{part}'; it said\n{Said}");

    /// <summary>SIGTERM; everything committed before is in the replica when this completes. Answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.Send(Signal.Terminate);
        return await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task StopInOrderAsync()
    {
        var code = await StopAsync();
        Assert.True(code == 0, $"the agent ended with {code} after SIGTERM\n{Said}");
    }

    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public void Send(int signal) => _process.Send(signal);

    /// <summary>Everything committed before is in the replica when this completes.</summary>
    public Task SyncAsync(string id) =>
        Eventually.TrueAsync(() => TrySyncAsync(id, TimeSpan.FromSeconds(20)), () => $"{id} is synced\n{Said}");

    /// <summary>Asks for a sync of one tenant. True when everything that was committed before is in the replica; false when the agent could not say so.</summary>
    public async Task<bool> TrySyncAsync(string id, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            using var answer = await Http.PostAsync(new Uri($"/api/databases/{id}/sync", UriKind.Relative), null, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        // Killed while it accepted the connection, the client's own error is that of its socket; buried before it was asked, that it is.
        catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync(Eventually.Patience);

    public void Dispose()
    {
        _process.Dispose();
        Http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, $"the agent ended at once:\n{Said}");
        try
        {
            // 503 is an answer too: a tenant may be past its lag limit.
            using var answer = await Http.GetAsync(new Uri("/api/status", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

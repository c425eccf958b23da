using System.Net.Http.Json;
using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Agent.Logging;
using Litestream.Fleet.Api;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests;

/// <summary>An agent inside the test, with its page on a free port and everything of it in the test's folder.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly ILoggerFactory _logging;
    private readonly AgentHost _host;

    private RunningAgent(TestFolder folder, ILoggerFactory logging, AgentHost host, LineCollector log)
    {
        (_folder, _logging, _host, Log) = (folder, logging, host, log);
        Http = new() { BaseAddress = new($"http://localhost:{host.Port}/") };
    }

    public HttpClient Http { get; }

    public LineCollector Log { get; }

    public AgentHost Host => _host;

    /// <summary>Watches <c>clients</c> in the folder, replicates to <c>replica</c>, unless changed.</summary>
    public static async Task<RunningAgent> StartAsync(TestFolder folder, Func<AgentOptions, AgentOptions>? change = null, TimeProvider? time = null, AgentEnvironment? environment = null)
    {
        folder.Folder("clients");
        var options = new AgentOptions
        {
            WatchDirectories = [folder["clients"]],
            Replica = folder["replica"],
            StateRoot = folder["state"],
            Port = 0,
            SweepInterval = TimeSpan.FromMilliseconds(300),
            ShutdownTimeout = TimeSpan.FromSeconds(20),
            Store = new() { StateDirectory = "", SyncInterval = TimeSpan.FromMilliseconds(100) },
        };
        options = change?.Invoke(options) ?? options;
        var log = new LineCollector();
        var logging = AgentLogging.Create(options.Log, log, TimeProvider.System);
        try
        {
            var host = await AgentHost.StartAsync(options, environment ?? new() { WorkingDirectory = folder.Path }, logging, time ?? TimeProvider.System, CancellationToken.None);
            return new(folder, logging, host, log);
        }
        catch
        {
            logging.Dispose();
            throw;
        }
    }

    public async Task<StatusReport> StatusAsync(string query = "") => (await Http.GetFromJsonAsync($"api/status{query}", FleetJson.Default.StatusReport))!;

    /// <summary>Null when it is not registered.</summary>
    public Database? Find(string id) => _host.Stores.Find(id);

    /// <summary>Waits until everything of a tenant that is committed now is in the replica.</summary>
    public async Task<Txid> SyncedAsync(string id)
    {
        await Eventually.Becomes(() => Find(id) is not null, $"{id} is registered");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await Find(id)!.SyncAsync(limit.Token);
    }

    public Task IsActive(string id) => Eventually.Becomes(
        () => Find(id)?.Snapshot() is { Status: DatabaseStatus.Active, ReplicatedTxid.IsNone: false }, $"{id} is active; it is {Find(id)?.Snapshot()}");

    /// <summary>The tenant's replica, restored into a new file; its rows by the writer's program.</summary>
    public static async Task<IReadOnlyList<string>> RestoredAsync(TestFolder folder, string id, string sql)
    {
        var output = folder[$"restored-{System.Guid.NewGuid():n}.db"];
        var storage = ReplicaRoot.Parse(folder["replica"]).Open($"databases/{id}");
        await new Restorer(storage, TimeProvider.System, NullLogger.Instance).RunAsync(new() { OutputPath = output }, null, CancellationToken.None);
        using var reader = new Application(output);
        return reader.Sql(sql);
    }

    public static Problem ProblemIn(string body) => JsonSerializer.Deserialize(body, FleetJson.Default.Problem)!;

    public Task<bool> StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
        _logging.Dispose();
        Log.Dispose();
    }
}

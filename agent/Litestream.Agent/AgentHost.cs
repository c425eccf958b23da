using Litestream.Agent.Api;
using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>
/// A running agent: store, watch and API, started and stopped in the one order that loses nothing. Everything is checked
/// before anything is changed, and whatever was started is stopped again when a later step fails.
/// </summary>
internal sealed class AgentHost : IAsyncDisposable
{
    /// <summary>A store that takes longer to answer is waited for while the agent works.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    private readonly AgentOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly List<IAsyncDisposable> _started = [];
    private ReplicaRoot? _replica;
    private Store _store = null!;
    private DirectoryWatch _watch = null!;
    private LocalApi _api = null!;

    private AgentHost(AgentOptions options, ILogger logger, TimeProvider time) => (_options, _logger, _time) = (options, logger, time);

    /// <summary>The port that was taken; the same as asked for unless that was 0.</summary>
    public int Port => _api.Port;

    /// <summary>The folder with this agent's books and socket.</summary>
    public string StateFolder => _store.Options.StateDirectory;

    public Store Store => _store;

    public DirectoryWatch Watch => _watch;

    public static async Task<AgentHost> StartAsync(
        AgentOptions options, AgentEnvironment environment, ILoggerFactory logging, TimeProvider time, CancellationToken stop)
    {
        var agent = new AgentHost(options, logging.CreateLogger("Litestream.Agent"), time);
        try
        {
            await agent.StartAsync(environment, logging, stop);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>No new work, the last sync of every dirty database, the end. False when not everything could be synced in time.</summary>
    public async Task<bool> StopAsync()
    {
        var began = _time.GetTimestamp();
        _logger.Stopping(_store.Count);
        await _watch.StopAsync();
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        // The store's word counts, not the limit's: nothing may have been left to do, and the API below takes its own time to end.
        var isComplete = await _store.StopAsync(limit.Token);
        await _api.StopAsync();
        if (isComplete)
            _logger.Stopped(_time.GetElapsedTime(began).TotalMilliseconds);
        else
            _logger.StoppedEarly(_options.ShutdownTimeout.TotalSeconds);
        return isComplete;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
            await _started[i].DisposeAsync();
        _started.Clear();
        _replica?.Dispose();
    }

    private async Task StartAsync(AgentEnvironment environment, ILoggerFactory logging, CancellationToken stop)
    {
        var replica = _replica = ReplicaChoice.Open(_options.Replica, environment, logging.CreateLogger("Litestream.Storage"));
        var directories = WatchedDirectories.From(_options, _logger);
        var warnings = Warnings(replica);
        await CheckAsync(replica, stop);

        var state = Path.Combine(StateDirectory.ChooseRoot(_options.StateRoot, environment), StateDirectory.NameOf(_options.Watched));
        StateDirectory.Create(state);
        // From here on the folder is ours alone: a second agent for the same directories ends at this line.
        _store = Store.Open(_options.Store with { StateDirectory = state }, replica, _time, logging);
        _started.Add(_store);

        var registration = new Registration(_store, _logger);
        foreach (var directory in directories)
            registration.AddDirectory(directory);
        _watch = new(registration, _options.SweepInterval, _logger);
        _started.Add(_watch);

        // Before the first tenant is touched: a taken port must end the program without a trace.
        _api = await LocalApi.StartAsync(new AgentView(_store, registration, _watch, _options, warnings, _time), state, logging);
        _started.Add(_api);

        await MissingDatabases.RestoreAsync(_options.Databases, replica, _time, _logger, stop);
        _watch.Start();
        var memory = new MemoryTrim();
        _started.Add(_time.CreateTimer(_ => memory.Look(), null, MemoryTrim.Interval, MemoryTrim.Interval));
        _logger.Monitoring(_store.Count, directories.Count(d => d.TakesTenants));
        _logger.Ready(_api.Address, replica.Url, state);
    }

    /// <summary>What somebody must mend ends the start; a store that does not answer now does not: capturing needs none.</summary>
    private async Task CheckAsync(ReplicaRoot replica, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(StorePatience);
        try
        {
            await replica.CheckAsync(patience.Token);
        }
        catch (StorageException error) when (error.Fault == StorageFault.Transient)
        {
            _logger.StoreIsAway(replica.Url, error.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _logger.StoreIsAway(replica.Url, $"no answer within {StorePatience.TotalSeconds:0} s");
        }
    }

    private List<string> Warnings(ReplicaRoot replica)
    {
        var warnings = new List<string>();
        if (ReplicaChoice.Warning(replica, _options.Watched) is { } warning)
        {
            warnings.Add(warning);
            _logger.Warn(warning);
        }
        return warnings;
    }
}

using Litestream.Agent.Api;
using Litestream.Agent.Configuration;
using Litestream.Agent.Drills;
using Litestream.Agent.RemoteCommands;
using Litestream.Agent.Reporting;
using Litestream.Agent.Requests;
using Litestream.Agent.Restoring;
using Litestream.Agent.Watching;
using Litestream.DynamoDb;
using Litestream.Fleet.Table;
using Litestream.Replication;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>
/// A running agent: store, watch and API, started and stopped in the one order that loses nothing. Everything is checked
/// before anything is changed, and whatever was started is stopped again when a later step fails.
/// </summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SystemdNotice _systemd;
    private readonly List<IAsyncDisposable> _started = [];
    private readonly List<IReadOnlyList<ReplicaRoot>> _replicas = [];
    private DirectoryWatch _watch = null!;
    private LocalApi _api = null!;
    private FleetReporter? _fleet;
    private RemoteCommandLane? _commands;
    private TenantOwnership? _ownership;
    private LocalRequests _requests = null!;
    private DrillBook _drills = null!;
    private DrillNotes _notes = null!;
    private DrillSchedule? _schedule;
    private FleetTableClient? _table;

    private AgentHost(AgentOptions options, ILogger logger, TimeProvider time, SystemdNotice systemd) => (_options, _logger, _time, _systemd) = (options, logger, time, systemd);

    /// <summary>The port that was taken; the same as asked for unless that was 0. 0 without one.</summary>
    public int Port => _api.Port;

    public LocalApi Api => _api;

    /// <summary>The folder with this agent's books and socket.</summary>
    public string StateFolder { get; private set; } = "";

    public Stores Stores { get; private set; } = new([]);

    public DirectoryWatch Watch => _watch;

    public static async Task<AgentHost> StartAsync(
        AgentOptions options, AgentEnvironment environment, ILoggerFactory logging, TimeProvider time, CancellationToken stop)
    {
        var agent = new AgentHost(options, logging.CreateLogger("Litestream.Agent"), time, new(environment.NotifySocket));
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
        _logger.Stopping(Stores.Count);
        _systemd.Stopping(_options.ShutdownTimeout);
        await Task.WhenAll(_commands?.StopAsync() ?? Task.CompletedTask, _requests.StopAsync(), _schedule?.StopAsync() ?? Task.CompletedTask);
        await _watch.StopAsync();
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        // The stores' word counts, not the limit's: nothing may have been left to do, and the API below takes its own time to end.
        var isComplete = Array.TrueForAll(await Task.WhenAll(Stores.All.Select(s => s.StopAsync(limit.Token))), complete => complete);
        // Behind the last sync, so that it can say how that went.
        await (_fleet?.StopAsync(isComplete) ?? Task.CompletedTask);
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
        foreach (var replica in _replicas.SelectMany(r => r))
            replica.Dispose();
        _replicas.Clear();
    }

    private async Task StartAsync(AgentEnvironment environment, ILoggerFactory logging, CancellationToken stop)
    {
        var plans = StorePlans.Of(_options, environment, _time);
        var storage = logging.CreateLogger("Litestream.Storage");
        foreach (var plan in plans)
            _replicas.Add(plan.OpenReplicas(storage));
        foreach (var (plan, replicas) in plans.Zip(_replicas))
            await MissingDatabases.MakeFoldersAsync(plan.RestoresMissing ? plan.Databases : [], replicas, _logger, stop);
        var directories = WatchedDirectories.Check(plans, _logger);
        if (_options.RestoreDirectories.FirstOrDefault(d => !Directory.Exists(d)) is { } missing)
            throw new LitestreamException($"the restore directory {missing} does not exist", hint: "create it, or name another with -restore-dir");
        var warnings = Warnings(plans);
        // A bucket may be away for long: all are asked at the same time.
        await Task.WhenAll(_replicas.SelectMany(r => r).Select(replica => ReplicaCheck.RunAsync(replica, _logger, stop)));

        StateFolder = Path.Combine(StateDirectory.ChooseRoot(_options.StateRoot, environment), StateDirectory.NameOf(_options.Watched));
        OpenStores(plans, environment.MachineIdFile, logging);
        WatchedDirectories.Assign(directories, plans.Zip(Stores.All));
        var registration = new Registration(Stores, _logger);
        foreach (var directory in directories)
            registration.AddDirectory(directory);
        _watch = new(registration, _options.SweepInterval, _time, _logger);
        _started.Add(_watch);
        var registered = new RegisteredDatabases(_options, environment, StateFolder, Stores, registration, _watch, logging, _time);
        _started.Add(registered);
        registered.Recall();

        // The state's root holds the folders of other agents, too.
        var elsewhere = new RestoreElsewhere(Stores, registration, [StateFolder, Path.GetDirectoryName(StateFolder)!], _options.RestoreDirectories);
        var fleetLog = logging.CreateLogger("Litestream.Fleet");
        _drills = new(StateFolder, _time, fleetLog);
        _started.Add(_drills);
        _notes = new(Stores, _drills, fleetLog);
        _fleet = CreateReporter(environment, registration, elsewhere, logging);
        var hostId = _fleet?.HostId ?? HostIdentity.Alone(Environment.MachineName);
        _requests = new(StateFolder, hostId, Stores, Kinds(environment, elsewhere), _time, fleetLog);
        _started.Add(_requests);
        _schedule = CreateSchedule(hostId, fleetLog);
        var view = new AgentView(Stores, registration, registered, _watch, _options, warnings, _time)
        {
            HostId = hostId,
            Requests = _requests,
            Refusals = new(Stores, elsewhere),
            Drills = _drills,
            DrillNotes = _notes,
            DrillInterval = _schedule?.Interval,
            StateTimes = new(Stores, _time),
            Fleet = _fleet,
            Ownership = _ownership,
        };
        // Before the first tenant is touched: a taken port must end the program without a trace.
        _api = await LocalApi.StartAsync(view, StateFolder, logging);
        _started.Add(_api);

        foreach (var (plan, replicas) in plans.Zip(_replicas))
            await MissingDatabases.RestoreAsync(plan.RestoresMissing ? plan.Databases : [], replicas, _time, _logger, stop);
        await registered.OpenKnownAsync(stop);
        _watch.Start();
        var memory = new MemoryTrim();
        _started.Add(_time.CreateTimer(_ => memory.Look(), null, MemoryTrim.Interval, MemoryTrim.Interval));
        _logger.Monitoring(Stores.Count, directories.Count(d => d.TakesTenants));
        _logger.Ready(_options.Port is null ? "none (no addr)" : $"http://{_api.Address}", Stores.ReplicaUrl, StateFolder);
        _systemd.Ready();
        _requests.Start();
        _commands?.Start();
        _fleet?.Start();
        _schedule?.Start();
    }

    /// <summary>Null: nobody wants one.</summary>
    private DrillSchedule? CreateSchedule(string hostId, ILogger logger)
    {
        if (_options.DrillInterval is not { } interval || _options.Once)
            return null;
        var schedule = new DrillSchedule(Stores, _drills, _notes, interval, hostId, _table is null ? null : new ProofTable(_table, new(_time), logger).WriteAsync, _time, logger);
        _started.Add(schedule);
        return schedule;
    }

    /// <summary>Makes no request. Null: in no fleet.</summary>
    private FleetReporter? CreateReporter(AgentEnvironment environment, Registration registration, RestoreElsewhere elsewhere, ILoggerFactory logging)
    {
        if (_options.Fleet is not { } fleet || _options.Once)
            return null;
        var (hostId, formers) = HostIdentity.Of(fleet.HostId, StateFolder, Environment.MachineName, MachineId.Read(environment.MachineIdFile));
        var table = _table = new FleetTableClient(fleet.Table, FleetReporter.RequestLimit(fleet.Interval), environment.TableAccess, _time);
        var logger = logging.CreateLogger("Litestream.Fleet");
        _ownership = new(hostId, table, _time, formers.Count == 0 ? null : new(formers, new(table, _time), former => HostIdentity.ForgetFormer(StateFolder, former)));
        var patient = new PatientTable(_time);
        var hook = new MoveHook(fleet.MoveHook, hostId, _time, logger);
        IReadOnlyList<IRemoteCommand> kinds =
        [
            .. Kinds(environment, elsewhere),
            new TakeOverRemoteCommand(_ownership, patient),
            new AdoptRemoteCommand(elsewhere, Stores, _ownership, patient, new(hostId, table, _ownership, patient, elsewhere, hook, _time), new(table), _time),
            new ReleaseRemoteCommand(_ownership, patient, _options.LagLimit, _time)
            {
                Leaving = new(_ownership, patient, elsewhere, hook, _time),
            },
        ];
        _commands = new(hostId, table, tenant => Stores.Find(FleetKeys.TextOf(tenant)), kinds, _time, logger, Random.Shared);
        var reporter = new FleetReporter(
            fleet, hostId, _options.LagLimit, () => HostFigures.Of(Stores, registration), table, _time, BootClock.Now, logger, Random.Shared, _commands.Heard,
            (tenant, why, epoch) => Stores.Find(FleetKeys.TextOf(tenant))?.Lose(why, epoch), _ownership, tenant => Stores.Find(FleetKeys.TextOf(tenant))?.Look());
        // The last one first at the end: the client is the reporter's.
        _started.Add(reporter);
        _started.Add(_commands);
        return reporter;
    }

    /// <summary>What whoever may can ask of this host, from afar or here.</summary>
    private IReadOnlyList<IRemoteCommand> Kinds(AgentEnvironment environment, RestoreElsewhere elsewhere)
    {
        var replicas = new RemoteReplicas(Stores, environment);
        return
        [
            .. RemoteCommandLane.AllKinds, new VerifyRemoteCommand(replicas), new DrillRemoteCommand(replicas, _notes),
            new RestoreRemoteCommand(elsewhere, replicas, (tenant, stop) => _ownership?.FindOtherAsync(tenant, stop) ?? Task.FromResult<string?>(null)),
        ];
    }

    private void OpenStores(IReadOnlyList<StorePlan> plans, string machineIdFile, ILoggerFactory logging)
    {
        // From here on the folder is ours alone: a second agent for the same file ends at this line, one for the same directories where its only store opens.
        if (!plans.Any(p => p.Folder.Length == 0))
            _started.Add(new StoreFolder(StateFolder).Claim());
        var stores = new List<Store>();
        foreach (var (plan, replicas) in plans.Zip(_replicas))
        {
            stores.Add(Store.Open(plan.Store with { StateDirectory = Path.Combine(StateFolder, plan.Folder), Lease = Lease, MayTakeOver = MayTakeOver, MachineIdFile = machineIdFile }, replicas, _time, logging));
            _started.Add(stores[^1]);
        }
        Stores = new(stores);
    }

    /// <summary>Asked when something is published, which no store does before there is somebody to ask.</summary>
    private OwnershipLease? Lease => _options.Fleet is { } fleet && !_options.Once
        ? new(fleet.Interval * HeartbeatLease.Intervals, () => _fleet is not { } heard || heard.Lease.IsPast)
        : null;

    /// <summary>Whose a chain is that another host wrote, as the table says.</summary>
    private Func<OwnershipQuestion, CancellationToken, Task<OwnershipAnswer>>? MayTakeOver => _options.Fleet is null || _options.Once
        ? null
        : (question, cancellationToken) => _ownership is { } ownership
            ? ownership.AnswerAsync(question, Stores.Find(question.Name)?.Path, cancellationToken)
            : Task.FromResult(OwnershipAnswer.Unknown("the agent starts"));

    private List<string> Warnings(IReadOnlyList<StorePlan> plans)
    {
        var warnings = new List<string>(_options.File?.Warnings ?? []);
        foreach (var (plan, replicas) in plans.Zip(_replicas))
            warnings.AddRange(replicas.Select(r => ReplicaChoice.Warning(r, plan.Watched)).OfType<string>());
        foreach (var warning in warnings)
            _logger.Warn(warning);
        return warnings;
    }
}

using System.Collections.Concurrent;
using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// Runs the commands for this host, a few at a time, one for each tenant. Looks for them when a heartbeat's answer says that there are more than before, at
/// the start, and every ten minutes (<see cref="CommandSearch"/>). Beside everything that replicates, like the reports.
/// </summary>
internal sealed class RemoteCommandLane : IAsyncDisposable
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(10);

    private const int AtOnce = 4;
    private const long Unconfirmed = long.MinValue;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly IFleetTable _table;
    private readonly CommandSearch _search;
    private readonly RemoteExecution _execution;
    private readonly TimeProvider _time;
    private readonly RetryDelay _retry;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Ulid, (Guid Tenant, Task Work)> _running = [];
    private readonly ConcurrentQueue<Ulid> _notBegun = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private long _seen = Unconfirmed;
    private long _announced;
    private int _confirmation;
    private volatile bool _isNews;

    /// <param name="find">The tenant on this host.</param>
    /// <param name="kinds">What this agent can do.</param>
    /// <param name="lookInterval">Between looks at everything; <see cref="LookInterval"/> unless a test waits for one.</param>
    public RemoteCommandLane(
        string hostId, IFleetTable table, Func<Guid, Database?> find, IReadOnlyList<IRemoteCommand> kinds, TimeProvider time, ILogger logger, Random random,
        TimeSpan? lookInterval = null)
    {
        (_table, _time, _logger) = (table, time, logger);
        _retry = new(TimeSpan.FromSeconds(30), random);
        RunId = new UlidSource(time, random).Next().ToString();
        _search = new(hostId, RunId, table, lookInterval ?? LookInterval, time, logger);
        _execution = new(RunId, table, find, kinds, time, _retry, logger);
    }

    /// <summary>This run of the agent: what an earlier one began, this one did not.</summary>
    public string RunId { get; }

    /// <summary>What this version can do with a database alone.</summary>
    public static IReadOnlyList<IRemoteCommand> AllKinds { get; } =
        [new SyncRemoteCommand(), new SnapshotRemoteCommand(), new PauseRemoteCommand(), new ResumeRemoteCommand()];

    public int RunningCount => _running.Count;

    /// <summary>Completes when what runs now has ended.</summary>
    internal Task Running => Task.WhenAll(_running.Values.Select(r => r.Work));

    /// <summary>
    /// A heartbeat was confirmed, and its answer counts so many commands ever put. Nothing runs before the first one: the host's id is this agent's only then.
    /// </summary>
    /// <param name="commandsWaiting">Null: another agent has the host's id, and its commands, until this one is confirmed again. What runs comes to its end.</param>
    public void Heard(long? commandsWaiting)
    {
        // A look that is under way meanwhile was still one of the confirmation before.
        if (commandsWaiting is null)
            Interlocked.Increment(ref _confirmation);
        var seen = commandsWaiting ?? Unconfirmed;
        var before = Interlocked.Exchange(ref _seen, seen);
        if (before == seen || seen == Unconfirmed)
            return;
        if (before != Unconfirmed && seen > before)
            Interlocked.Add(ref _announced, seen - before);
        _isNews = true;
        Signal();
    }

    public void Start() => _looking = Task.Run(() => LoopAsync(_stop.Token));

    /// <summary>What runs ends where it stands; the next run of the agent takes it on.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll([_looking, .. _running.Values.Select(r => r.Work)]), Task.Delay(EndLimit));
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Signal()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _signal.WaitAsync(failures > 0 ? _retry.After(failures) : UntilLook, stop);
                await LookAsync(stop);
                failures = 0;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // An edge: the next look may find a table that answers.
                if (failures++ == 0)
                    _logger.NoLookForCommands(error.Message);
            }
        }
    }

    private bool IsConfirmed => Volatile.Read(ref _seen) != Unconfirmed;

    /// <summary>Nothing to look for, or no room for what would be found: somebody signals when that changes.</summary>
    private TimeSpan UntilLook => IsConfirmed && !_search.IsFull ? _search.UntilWhole : LookInterval;

    /// <summary>Reads what must be read, and begins what can begin.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        if (!IsConfirmed)
            return;
        var confirmation = Volatile.Read(ref _confirmation);
        _search.BelongTo(confirmation);
        while (_notBegun.TryDequeue(out var id))
            _search.ReadAgain(id);
        if (_search.HasMore || (!_search.IsFull && (_isNews || _search.UntilWhole == TimeSpan.Zero)))
            await ReadAsync(stop);
        var now = _time.GetUtcNow();
        foreach (var command in _search.Waiting.TakeWhile(_ => Volatile.Read(ref _confirmation) == confirmation))
        {
            if (command.State == CommandStates.Requested && command.ExpiresAt <= now)
                await ExpireAsync(command, now, stop);
            else if (_running.Count < AtOnce && !_running.Values.Any(r => r.Tenant == command.Tenant))
                Begin(command);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        _isNews = false;
        var announced = Interlocked.Exchange(ref _announced, 0);
        try
        {
            await _search.ReadAsync(announced, _running.ContainsKey, stop);
        }
        catch
        {
            Interlocked.Add(ref _announced, announced);
            _isNews = true;
            throw;
        }
    }

    private void Begin(CommandRecord command)
    {
        _search.Remove(command.Id);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[command.Id] = (command.Tenant, begun.Task);
        _ = Task.Run(async () =>
        {
            var isAnswered = true;
            try
            {
                await _execution.RunAsync(command, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The next run of the agent finds it as it is.
            }
            catch (Exception error)
            {
                // An edge: the table was away when it was to be claimed or begun; nothing has changed, and the next look finds it as it is by then.
                _logger.NoLookForCommands(error.Message);
                isAnswered = false;
                await Task.Delay(_retry.After(1), _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            _running.TryRemove(command.Id, out _);
            if (!isAnswered)
                _notBegun.Enqueue(command.Id);
            begun.SetResult();
            Signal();
        });
    }

    private async Task ExpireAsync(CommandRecord command, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            await _table.WriteAsync(CommandItem.Expire(command, now), stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // Somebody was quicker.
        }
        _search.Remove(command.Id);
    }
}

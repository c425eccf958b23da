using System.Collections.Concurrent;
using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// Finds the commands for this host and runs them, a few at a time, one for each tenant. Looks when a heartbeat's answer says that there are more than
/// before, at the start, and every ten minutes. Beside everything that replicates, like the reports.
/// </summary>
internal sealed class RemoteCommandLane : IAsyncDisposable
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(10);

    private const int AtOnce = 4;
    private const long Unconfirmed = long.MinValue;
    private const int PageSize = 200;

    /// <summary>What an agent that was off for long may have left in the middle.</summary>
    private static readonly TimeSpan FirstLookBack = TimeSpan.FromDays(30);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly string _hostId;
    private readonly FleetTableClient _table;
    private readonly RemoteExecution _execution;
    private readonly TimeProvider _time;
    private readonly RetryDelay _retry;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Ulid, (Guid Tenant, Task Work)> _running = [];
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Begun by somebody else before this agent was confirmed: left in the middle.</summary>
    private readonly HashSet<Ulid> _left = [];
    private long _seen = Unconfirmed;
    private volatile bool _isLaterLook;
    private volatile bool _hasMore;

    /// <param name="find">The tenant on this host.</param>
    /// <param name="kinds">What this agent can do.</param>
    public RemoteCommandLane(
        string hostId, FleetTableClient table, Func<Guid, Database?> find, IReadOnlyList<IRemoteCommand> kinds, TimeProvider time, ILogger logger, Random random)
    {
        (_hostId, _table, _time, _logger) = (hostId, table, time, logger);
        _retry = new(TimeSpan.FromSeconds(30), random);
        RunId = new UlidSource(time, random).Next().ToString();
        _execution = new(RunId, table, find, kinds, time, _retry, logger);
    }

    /// <summary>This run of the agent: what an earlier one began, this one did not.</summary>
    public string RunId { get; }

    /// <summary>What this version can do.</summary>
    public static IReadOnlyList<IRemoteCommand> AllKinds { get; } =
        [new SyncRemoteCommand(), new SnapshotRemoteCommand(), new VerifyRemoteCommand(), new PauseRemoteCommand(), new ResumeRemoteCommand(), new DrillRemoteCommand()];

    public int RunningCount => _running.Count;

    /// <summary>
    /// A heartbeat was confirmed, and its answer counts so many commands ever put. Nothing runs before the first one: the host's id is this agent's only then.
    /// </summary>
    /// <param name="commandsWaiting">Null: another agent has the host's id, and its commands, until this one is confirmed again. What runs comes to its end.</param>
    public void Heard(long? commandsWaiting)
    {
        if (commandsWaiting is null)
            _isLaterLook = false;
        var seen = commandsWaiting ?? Unconfirmed;
        if (Interlocked.Exchange(ref _seen, seen) != seen && seen != Unconfirmed)
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
                await _signal.WaitAsync(failures > 0 ? _retry.After(failures) : LookInterval, stop);
                if (Volatile.Read(ref _seen) == Unconfirmed)
                    continue;
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

    private async Task LookAsync(CancellationToken stop)
    {
        var now = _time.GetUtcNow();
        _hasMore = false;
        var query = ItemQuery.Commands(_hostId, Ulid.First(now - (_isLaterLook ? CommandItem.LongestLife + TimeSpan.FromHours(1) : FirstLookBack)));
        Item? next = null;
        do
        {
            (var items, next) = await _table.QueryAsync(query, PageSize, next, stop);
            foreach (var item in items)
                await ConsiderAsync(item, now, stop);
        }
        while (next is not null);
        _isLaterLook = true;
    }

    private async Task ConsiderAsync(Item item, DateTimeOffset now, CancellationToken stop)
    {
        CommandRecord command;
        try
        {
            command = CommandItem.Read(item);
        }
        catch (MalformedItemException error)
        {
            _logger.MalformedItem(error.Message);
            return;
        }
        if (CommandStates.IsFinal(command.State) || _running.ContainsKey(command.Id))
            return;
        var isAnothers = command.State != CommandStates.Requested && command.ClaimedBy != RunId;
        if (isAnothers && !_isLaterLook)
            _left.Add(command.Id);
        // Begun behind that, it is done by an agent that lives.
        if (isAnothers && !_left.Contains(command.Id))
            return;
        if (command.State == CommandStates.Requested && command.ExpiresAt <= now)
            await ExpireAsync(command, now, stop);
        else if (_running.Count >= AtOnce || _running.Values.Any(r => r.Tenant == command.Tenant))
            _hasMore = true;
        else
            Begin(command);
    }

    private void Begin(CommandRecord command)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[command.Id] = (command.Tenant, begun.Task);
        _ = Task.Run(async () =>
        {
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
                // An edge: the table was away when it was to be claimed or begun; nothing has changed, and the next look finds it.
                _logger.NoLookForCommands(error.Message);
                _hasMore = true;
                await Task.Delay(_retry.After(1), _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            _running.TryRemove(command.Id, out _);
            begun.SetResult();
            if (_hasMore)
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
    }
}

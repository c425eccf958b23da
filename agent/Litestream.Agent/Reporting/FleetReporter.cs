using Litestream.Agent.Configuration;
using Litestream.DynamoDb;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Tells the fleet of this host: a heartbeat every interval, and beside it the items of tenants that changed. One look at all tenants serves both; a look
/// begins only when the one before was reported, or could not be, so whatever the table missed is superseded. Nothing that replicates ever waits for this.
/// </summary>
internal sealed class FleetReporter : IAsyncDisposable
{
    /// <summary>Of tenant items: ten thousand tenants are in the table ten minutes after a start, and a fleet that restarts does not flood it.</summary>
    private const int TenantsASecond = 20;

    private const int LeastTenantsALook = 100;
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(10);

    private readonly FleetOptions _options;
    private readonly TimeSpan _lagLimit;
    private readonly Func<HostFigures> _look;
    private readonly FleetTableClient _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Random _random;
    private readonly Action<long?>? _heard;
    private readonly RetryDelay _retry;
    private readonly TenantLedger _ledger;
    private readonly TenantWriter _tenants;
    private readonly OwnershipReview _review;
    private readonly ContestedTenants? _contested;
    private readonly DateTimeOffset _startedAt;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long? _leaseEpoch;
    private (string At, long SeenAt)? _rival;
    private int _failures;
    private long _awaySince;
    private volatile string _state = FleetConnectionWords.Connecting;
    private volatile string? _lastError;
    private DateTimeOffset? _confirmedAt;

    /// <param name="look">Sees this host as it is now.</param>
    /// <param name="bootClock">For the lease.</param>
    /// <param name="random">Spreads hosts and tenants; used by one thread at a time.</param>
    /// <param name="lost">Told of a tenant that was this host's and is another's by now, whose, and the epoch that it had here.</param>
    /// <param name="ownership">Whose a tenant is; null: a tenant that another owns under the same epoch is only counted.</param>
    /// <param name="isFree">Told of a tenant whose owner was a former host of this state folder, which is gone.</param>
    /// <param name="heard">Told after each confirmed heartbeat what its answer says of commands.</param>
    public FleetReporter(
        FleetOptions options, string hostId, TimeSpan lagLimit, Func<HostFigures> look, FleetTableClient table, TimeProvider time, Func<TimeSpan> bootClock, ILogger logger, Random random,
        Action<long?>? heard = null, Action<Guid, string, uint>? lost = null, TenantOwnership? ownership = null, Action<Guid>? isFree = null)
    {
        _heard = heard;
        (_options, HostId, _lagLimit, _look, _table, _time, _logger, _random) = (options, hostId, lagLimit, look, table, time, logger, random);
        Lease = new(options.Interval, bootClock);
        _retry = new(options.Interval, random);
        _ledger = new(lagLimit, random);
        _contested = ownership is null ? null : new(ownership, logger, lost, isFree);
        _tenants = new(hostId, lagLimit, _ledger, table, time, _retry, logger, lost, _contested, ownership);
        _review = new(hostId, table, _ledger);
        _startedAt = time.GetUtcNow();
    }

    public string HostId { get; }

    /// <summary>How long ago the fleet heard of this host.</summary>
    public HeartbeatLease Lease { get; }

    public FleetTableClient Table => _table;

    /// <summary>Tenants of whose state the table does not know yet.</summary>
    public int WaitingTenants => _ledger.WaitingCount;

    /// <summary>Completes when nothing about a tenant is on its way.</summary>
    internal Task TenantBatch => Task.WhenAll(_tenants.Batch, _contested?.Look ?? Task.CompletedTask);

    /// <summary>How this host and the table get along.</summary>
    public FleetConnection Connection => new()
    {
        Table = _table.Table,
        HostId = HostId,
        State = _state,
        IntervalSeconds = _options.Interval.TotalSeconds,
        LastHeartbeatAt = _confirmedAt,
        HeartbeatAgeSeconds = Lease.Age is { } age ? Math.Round(age.TotalSeconds, 3) : null,
        LeasePast = Lease.IsPast,
        WaitingTenants = WaitingTenants,
        TenantsElsewhere = _tenants.ElsewhereCount,
        Requests = _table.Requests,
        Errors = _table.Errors,
        LastError = _lastError,
    };

    /// <summary>A heartbeat that takes longer is late in any case, and the next one has newer news.</summary>
    public static TimeSpan RequestLimit(TimeSpan interval) => interval / 2 < LongestRequest ? interval / 2 : LongestRequest;

    public void Start() => _running = Task.Run(() => RunAsync(_stop.Token));

    /// <summary>The last digest says how it ended; whoever stops does not wait long for that, and not at all when the table was never there.</summary>
    /// <param name="isComplete">Everything is in the replicas.</param>
    public async Task StopAsync(bool isComplete)
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_running, TenantBatch), Task.Delay(LastWordLimit));
        if (_leaseEpoch is not { } epoch || !_running.IsCompleted || _state != FleetConnectionWords.Connected)
            return;
        using var limit = new CancellationTokenSource(LastWordLimit);
        try
        {
            var (digest, _) = Look();
            await _table.WriteAsync(HostDigestItem.Heartbeat(digest with { State = isComplete ? HostStates.Stopped : HostStates.StoppedEarly }, epoch), limit.Token);
        }
        catch (Exception error) when (error is FleetTableException or OperationCanceledException)
        {
            _logger.EndNotReported(error is FleetTableException ? error.Message : $"table {_table.Table} did not answer in time");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // Never longer: the SDK may be somewhere where no token reaches it.
        await Task.WhenAny(Task.WhenAll(_running, TenantBatch), Task.Delay(LastWordLimit));
        _table.Dispose();
    }

    /// <summary>One look and what follows from it. Answers when the next one is due.</summary>
    internal async Task<TimeSpan> BeatAsync(CancellationToken stop)
    {
        var (digest, due) = Look();
        var isFirst = _leaseEpoch is null;
        if (!await TryHeartbeatAsync(digest, stop))
            return _state == FleetConnectionWords.Displaced ? _options.Interval : _retry.After(_failures);
        await ReviewAsync(stop);
        _contested?.Begin(stop);
        if (_tenants.IsReady)
            _tenants.Begin(due, stop);
        // Hosts that start together do not go on together.
        return isFirst ? _options.Interval * (0.5 + (_random.NextDouble() / 2)) : _options.Interval;
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await BeatAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // An edge: the lane of the fleet goes on, whatever one look met.
                _logger.ReportingFailed(error);
                pause = _options.Interval;
            }
            await Task.Delay(pause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReviewAsync(CancellationToken stop)
    {
        try
        {
            await _review.RunAsync(stop);
        }
        catch (FleetTableException error)
        {
            // Asked again with the next heartbeat.
            _lastError = error.Message;
        }
    }

    private (HostDigest Digest, IReadOnlyList<DueTenant> Due) Look()
    {
        var now = _time.GetUtcNow();
        var figures = _look();
        var count = new DigestCount(_lagLimit);
        _ledger.BeginLook();
        foreach (var database in figures.Databases)
        {
            if (!TenantView.IsTenant(database, out var tenant))
            {
                count.AddOther();
                continue;
            }
            count.Add(database);
            _ledger.See(tenant, database, now.UtcDateTime);
        }
        var most = Math.Max(LeastTenantsALook, (int)(TenantsASecond * _options.Interval.TotalSeconds));
        return (count.Into(figures.Digest(HostId, _startedAt, _options.Interval, now)), _ledger.EndLook(now.UtcDateTime, most));
    }

    /// <summary>True when the table has it.</summary>
    private async Task<bool> TryHeartbeatAsync(HostDigest digest, CancellationToken stop)
    {
        var sentAt = Lease.Now();
        try
        {
            var item = await _table.UpdateAsync(_leaseEpoch is { } epoch ? HostDigestItem.Heartbeat(digest, epoch) : HostDigestItem.Register(digest), stop);
            Confirmed(item, digest, sentAt);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            Refused(refused.Found);
        }
        catch (FleetTableException error)
        {
            Failed(error.Message);
        }
        return false;
    }

    private void Confirmed(Item item, HostDigest digest, TimeSpan sentAt)
    {
        long? commandsWaiting = null;
        try
        {
            var written = HostDigestItem.Read(item);
            (_leaseEpoch, commandsWaiting) = (written.LeaseEpoch, written.CommandsWaiting);
        }
        catch (MalformedItemException error)
        {
            // Written it is; somebody else put into it what does not belong there.
            _logger.MalformedItem(error.Message);
        }
        _review.IsWanted |= Lease.Age > Lease.Length;
        Lease.Confirm(sentAt);
        if (_state == FleetConnectionWords.Connecting || _state == FleetConnectionWords.Displaced)
            _logger.Reports(_table.Table, HostId, _options.Interval.TotalSeconds);
        else if (_failures > 0)
            _logger.FleetIsBack(_table.Table, _time.GetElapsedTime(_awaySince).TotalSeconds);
        (_failures, _rival, _confirmedAt) = (0, null, digest.At);
        _state = FleetConnectionWords.Connected;
        if (commandsWaiting is { } count)
            _heard?.Invoke(count);
    }

    private void Failed(string reason)
    {
        _lastError = reason;
        if (_failures++ > 0)
            return;
        _awaySince = _time.GetTimestamp();
        if (_state == FleetConnectionWords.Connected)
            _state = FleetConnectionWords.Away;
        _logger.FleetIsAway(reason);
    }

    /// <summary>Somebody deleted the item: register again. Or another agent took the id: leave it to that one for as long as it lives.</summary>
    private void Refused(Item? found)
    {
        _failures = 1;
        if (found?.Text(HostDigestItem.At) is not { } at)
        {
            _leaseEpoch = null;
            // Whoever deleted it may have deleted its tenants' items as well.
            _review.IsWanted = true;
            return;
        }
        if (_rival is null)
        {
            _lastError = $"another agent reports as host {HostId}";
            _logger.Displaced(HostId, at);
        }
        if (_rival?.At != at)
            _rival = (at, _time.GetTimestamp());
        else if (_time.GetElapsedTime(_rival.Value.SeenAt) > Lease.Length)
            _leaseEpoch = null;
        _state = FleetConnectionWords.Displaced;
        _heard?.Invoke(null);
    }
}

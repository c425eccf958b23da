using Litestream.DynamoDb;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Writes the items of due tenants, a bounded number at a time, beside the heartbeats. While a batch is on its way no other begins, and one that the
/// table does not take ends at once: what it leaves is due again at the next look, as it is then.
/// </summary>
internal sealed class TenantWriter(string hostId, TimeSpan lagLimit, TenantLedger ledger, FleetTableClient table, TimeProvider time, RetryDelay retry, ILogger logger)
{
    /// <summary>Requests in flight: enough for hundreds a second, few enough for any host.</summary>
    private const int AtOnce = 4;

    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _elsewhere = [];
    private int _failures;
    private long _notBefore;
    private bool _wasRefusedForLoad;

    public Task Batch { get; private set; } = Task.CompletedTask;

    /// <summary>Tenants that another host owns, as far as this one tried to report them.</summary>
    public int ElsewhereCount
    {
        get
        {
            lock (_lock)
                return _elsewhere.Count;
        }
    }

    /// <summary>Nothing is on its way, and the table is not left alone after a failure.</summary>
    public bool IsReady => Batch.IsCompleted && (_failures == 0 || time.GetTimestamp() >= _notBefore);

    public void Begin(IReadOnlyList<DueTenant> due, CancellationToken stop)
    {
        if (due.Count > 0)
            Batch = Task.Run(() => RunAsync(due, stop), CancellationToken.None);
    }

    private async Task RunAsync(IReadOnlyList<DueTenant> due, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _wasRefusedForLoad = false;
        try
        {
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = end.Token }, async (tenant, token) =>
            {
                if (!await TryWriteAsync(tenant, token))
                {
                    _wasRefusedForLoad = true;
                    await end.CancelAsync();
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The rest of the batch is due again.
        }
        _failures = _wasRefusedForLoad ? _failures + 1 : 0;
        if (_failures > 0)
            _notBefore = time.GetTimestamp() + (long)(retry.After(_failures).TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>False when the table takes nothing now.</summary>
    private async Task<bool> TryWriteAsync(DueTenant due, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            await table.WriteAsync(due.Database is { } database
                ? TenantItem.Describe(TenantView.Of(database, due.Tenant, hostId, lagLimit, due.Since, now))
                : TenantItem.Leave(due.Tenant, hostId, now), cancellationToken);
            lock (_lock)
                _elsewhere.Remove(due.Tenant);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            Refused(due, refused);
        }
        catch (FleetTableException invalid) when (invalid.Fault == TableFault.Invalid)
        {
            logger.NotReported(due.Tenant, invalid.Message);
        }
        catch (FleetTableException)
        {
            return false;
        }
        ledger.Written(due, now.UtcDateTime);
        return true;
    }

    /// <summary>Said once for each; a tenant that is gone from here is its new owner's in any case.</summary>
    private void Refused(DueTenant due, FleetTableException refused)
    {
        if (due.Database is not { } database)
            return;
        bool isNews;
        lock (_lock)
            isNews = _elsewhere.Add(due.Tenant);
        if (!isNews || refused.Found is not { } found)
            return;
        try
        {
            var owner = TenantItem.Read(found);
            logger.OwnedElsewhere(due.Tenant, owner.HostId ?? "nobody", owner.Epoch, database.Epoch);
        }
        catch (Litestream.Fleet.Table.MalformedItemException malformed)
        {
            logger.MalformedItem(malformed.Message);
        }
    }
}

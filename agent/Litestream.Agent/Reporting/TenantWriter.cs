using System.Diagnostics.CodeAnalysis;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Writes the items of due tenants, a bounded number at a time, beside the heartbeats. While a batch is on its way no other begins, and one that the
/// table does not take ends at once: what it leaves is due again at the next look, as it is then.
/// </summary>
/// <param name="lost">Told of a tenant that was this host's and is another's by now, whose, and the epoch that it had here.</param>
/// <param name="contested">Finds out about those that another owns under the same epoch.</param>
/// <param name="ownership">Knows what this run took over.</param>
internal sealed class TenantWriter(
    string hostId, TimeSpan lagLimit, TenantLedger ledger, FleetTableClient table, TimeProvider time, RetryDelay retry, ILogger logger, Action<Guid, string, uint>? lost, ContestedTenants? contested, TenantOwnership? ownership)
{
    /// <summary>Requests in flight: enough for hundreds a second, few enough for any host.</summary>
    private const int AtOnce = 4;

    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _elsewhere = [];
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
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
        DateTimeOffset? since = null;
        try
        {
            since = due.Database is { } database
                ? await WriteAsync(due, database, now, cancellationToken)
                : await LeaveAsync(due.Tenant, now, cancellationToken);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            if (due.Database is { } refusedOne)
                Refused(due.Tenant, refusedOne, refused.Found);
        }
        catch (FleetTableException invalid) when (invalid.Fault == TableFault.Invalid)
        {
            logger.NotReported(due.Tenant, invalid.Message);
        }
        catch (FleetTableException)
        {
            return false;
        }
        ledger.Written(due, now.UtcDateTime, since);
        return true;
    }

    private async Task<DateTimeOffset?> LeaveAsync(Guid tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A copy of another host's tenant that is gone is none any more, and the table refuses to hear of it.
        SetHere(tenant);
        await table.WriteAsync(TenantItem.Leave(tenant, hostId, now), cancellationToken);
        return null;
    }

    /// <summary>Answers since when its state is what it is, if the table knows better.</summary>
    private async Task<DateTimeOffset?> WriteAsync(DueTenant due, DatabaseSnapshot database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A copy of what another host replicates is nothing of which the table should hear as this host's tenant; nor is one that was begun, and lost the first name to the other.
        if ((database.Epoch == 0 || database.ReplicatedTxid.IsNone) && database is ({ Status: DatabaseStatus.SplitBrain } or { Reason: DatabaseReason.RecentForeignWriter }))
        {
            SetElsewhere(due.Tenant);
            return null;
        }
        var record = TenantView.Of(database, due.Tenant, hostId, lagLimit, due.Since, now);
        if (database.IsReleased)
            return await ReleaseAsync(record, cancellationToken);
        // One that this host knew before this start is as it was, as a rule, and has been so for longer.
        if (due.IsFirst && database.CreatedAt < _startedAt && await TryConfirmAsync(record, cancellationToken) is { } since)
            return since;
        try
        {
            await table.WriteAsync(TenantItem.Describe(record), cancellationToken);
        }
        catch (FleetTableException refused) when (IsOursUnderAnother(refused, record, out var own))
        {
            // Taken over by this host, and its books do not know yet: what the former owner kept is not lost before they do.
            await table.WriteAsync(TenantItem.Describe(record with { Epoch = own.Epoch, UndoTxid = own.UndoTxid, UndoUntil = own.UndoUntil }), cancellationToken);
        }
        SetHere(due.Tenant);
        return null;
    }

    /// <summary>Null when it is not as it was.</summary>
    private async Task<DateTimeOffset?> TryConfirmAsync(TenantRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var item = await table.UpdateAsync(TenantItem.Confirm(record), cancellationToken);
            SetHere(record.Tenant);
            return TenantItem.Read(item).Since;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return null;
        }
        catch (MalformedItemException malformed)
        {
            logger.MalformedItem(malformed.Message);
            return null;
        }
    }

    /// <summary>Given up by this host: the command said so already, unless it ended before. Another's or nobody's by now is as good.</summary>
    private async Task<DateTimeOffset?> ReleaseAsync(TenantRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await table.WriteAsync(TenantItem.Release(record), cancellationToken);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // Not what was taken over again since: this was so before.
            if (IsOursUnderAnother(refused, record, out var own) && ownership?.HasRaised(record.Tenant, own.Epoch) != true)
                await table.WriteAsync(TenantItem.Release(record with { Epoch = own.Epoch }), cancellationToken);
        }
        return null;
    }

    private bool IsOursUnderAnother(FleetTableException refused, TenantRecord record, [NotNullWhen(true)] out TenantRecord? own)
    {
        own = refused.Fault == TableFault.Refused && refused.Found?.Text(FleetTable.HostKey) == FleetKeys.OfHost(hostId) ? Read(refused.Found) : null;
        return own is not null && own.Epoch > record.Epoch;
    }

    /// <summary>Said once for each. One that this host wrote before and that another owns by now is not this host's to write.</summary>
    private void Refused(Guid tenant, DatabaseSnapshot database, Item? found)
    {
        var isNews = SetElsewhere(tenant);
        if (found is null || Read(found) is not { } owner)
            return;
        if (isNews)
            logger.OwnedElsewhere(tenant, owner.HostId ?? "nobody", owner.Epoch, database.Epoch);
        if (owner.HostId is not { } host || host == hostId || database.Epoch == 0)
            return;
        if (owner.Epoch > database.Epoch)
            lost?.Invoke(tenant, $"{tenant} belongs to host {host} with epoch {owner.Epoch}; this one had epoch {database.Epoch}", database.Epoch);
        else
            contested?.Add(tenant, new(host, owner.Epoch, database.Epoch));
    }

    private void SetHere(Guid tenant)
    {
        lock (_lock)
            _elsewhere.Remove(tenant);
        contested?.Remove(tenant);
    }

    private bool SetElsewhere(Guid tenant)
    {
        lock (_lock)
            return _elsewhere.Add(tenant);
    }

    private TenantRecord? Read(Item item)
    {
        try
        {
            return TenantItem.Read(item);
        }
        catch (MalformedItemException malformed)
        {
            logger.MalformedItem(malformed.Message);
            return null;
        }
    }
}

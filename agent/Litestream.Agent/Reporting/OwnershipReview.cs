using Litestream.DynamoDb;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// After a silence longer than the lease others may have taken tenants over, and one that nobody writes would not notice. One query of the host's own list
/// tells which it may be; the tenant's item, written under its condition, then says. Used by one thread at a time.
/// </summary>
internal sealed class OwnershipReview(string hostId, FleetTableClient table, TenantLedger ledger)
{
    private const int PageSize = 1000;

    /// <summary>This host was silent for long, and did not look since.</summary>
    public bool IsWanted { get; set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!IsWanted)
            return;
        var listed = new HashSet<Guid>();
        Item? next = null;
        do
        {
            (var items, next) = await table.QueryAsync(ItemQuery.TenantsOf(hostId), PageSize, next, cancellationToken);
            foreach (var item in items)
            {
                if (Guid.TryParseExact(item.Key.Sort, "d", out var tenant))
                    listed.Add(tenant);
            }
        }
        while (next is not null);
        ledger.Doubt(tenant => !listed.Contains(tenant));
        IsWanted = false;
    }
}

using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>
/// Lists of tenants, a page at a time, each from the partition that has them and never by a scan. A cursor says behind which tenant a page begins; which
/// partition is read the request says, so that no cursor reads what its reader may not ask for.
/// </summary>
internal sealed class TenantPages(TableReads reads)
{
    /// <summary>Whose GUIDs begin so, in their order, as they are now.</summary>
    public async Task<(IReadOnlyList<TenantRecord> Items, PageCursor? Next)> BeginningAsync(string prefix, int most, string? cursor, CancellationToken cancellationToken)
    {
        var list = $"tenants {prefix}";
        var after = Lists.Cursor(cursor, list, 1) is { After: { } given } ? TenantIn(given, g => FleetKeys.TextOf(g).StartsWith(prefix, StringComparison.Ordinal)) : (Guid?)null;
        var from = after is { } tenant ? KeyOf(FleetKeys.Tenant(tenant)) : null;
        var (items, next) = await reads.QueryAsync(ItemQuery.TenantsBeginning(prefix), most, from, cancellationToken);
        return ([.. reads.Readable(items, TenantItem.Read)], next is null ? null : new(list, 0, Lists.SortOnly(next)));
    }

    /// <summary>Of a host, in the order of their GUIDs, as they were a moment ago: what the index repeats.</summary>
    public async Task<(IReadOnlyList<Item> Items, PageCursor? Next)> OfHostAsync(string hostId, int most, string? cursor, CancellationToken cancellationToken)
    {
        var list = $"of {hostId}";
        var after = Lists.Cursor(cursor, list, 1) is { After: { } given } ? TenantIn(given, _ => true) : (Guid?)null;
        var from = after is { } tenant ? KeyOf(FleetKeys.Tenant(tenant)) : null;
        from?.Add(FleetTable.HostKey, ItemValue.Of(FleetKeys.OfHost(hostId)));
        var (items, next) = await reads.QueryAsync(ItemQuery.TenantsOf(hostId), most, from, cancellationToken);
        return (items, next is null ? null : new(list, 0, Lists.SortOnly(next)));
    }

    /// <summary>With a problem: one shard of the index after the other, in each the worst first. What else has problems is left out, so that a page may be short.</summary>
    public async Task<(IReadOnlyList<TenantRecord> Items, PageCursor? Next)> TroubledAsync(int most, string? cursor, CancellationToken cancellationToken)
    {
        const string List = "troubled";
        var at = Lists.Cursor(cursor, List, FleetKeys.ProblemShards);
        var (shard, from) = (at?.Shard ?? 0, at?.After is { } given ? ProblemKey(at.Shard, given) : null);
        var found = new List<Item>();
        while (shard < FleetKeys.ProblemShards && found.Count < most)
        {
            (var items, from) = await reads.QueryAsync(ItemQuery.Problems(shard), most - found.Count, from, cancellationToken);
            found.AddRange(items);
            shard += from is null ? 1 : 0;
        }
        return ([.. reads.Readable(found.Where(IsTenant), TenantItem.Read)], shard < FleetKeys.ProblemShards ? new(List, shard, from) : null);
    }

    /// <summary>The worst of all, of equals the newest.</summary>
    public async Task<IReadOnlyList<TenantRecord>> WorstAsync(int most, CancellationToken cancellationToken)
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, FleetKeys.ProblemShards).Select(shard => reads.QueryAsync(ItemQuery.Problems(shard), most, null, cancellationToken)));
        var worst = shards.SelectMany(page => page.Items).Where(IsTenant).OrderByDescending(item => item.Text(FleetTable.ProblemSort), StringComparer.Ordinal);
        return [.. reads.Readable(worst.Take(most), TenantItem.Read)];
    }

    private static bool IsTenant(Item item) => item.Text(FleetTable.Type) == ItemTypes.Tenant;

    private static Guid TenantIn(Item after, Func<Guid, bool> mayBe) =>
        Guid.TryParseExact(after.Text(FleetTable.SortKey), "d", out var tenant) && mayBe(tenant) ? tenant : throw Lists.BadCursor();

    /// <summary>The shard is the one that is read, whatever the cursor names.</summary>
    private static Item ProblemKey(int shard, Item after) =>
        after.Text(FleetTable.PartitionKey) is { } partition && after.Text(FleetTable.SortKey) is { } sort && after.Text(FleetTable.ProblemSort) is { } problem
            ? new()
            {
                { FleetTable.PartitionKey, ItemValue.Of(partition) },
                { FleetTable.SortKey, ItemValue.Of(sort) },
                { FleetTable.ProblemKey, ItemValue.Of(FleetKeys.ProblemPartition(shard)) },
                { FleetTable.ProblemSort, ItemValue.Of(problem) },
            }
            : throw Lists.BadCursor();

    private static Item KeyOf(ItemKey key) => new()
    {
        { FleetTable.PartitionKey, ItemValue.Of(key.Partition) },
        { FleetTable.SortKey, ItemValue.Of(key.Sort) },
    };
}

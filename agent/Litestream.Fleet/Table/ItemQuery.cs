namespace Litestream.Fleet.Table;

/// <summary>A query of one partition, in pages; the fleet never scans. Words as in <see cref="ItemCondition"/>.</summary>
public sealed record ItemQuery
{
    /// <summary>Null for the table itself.</summary>
    public IndexDefinition? Index { get; init; }

    /// <summary>As DynamoDB takes it.</summary>
    public required string KeyCondition { get; init; }

    public required IReadOnlyDictionary<string, string> Names { get; init; }

    public required IReadOnlyDictionary<string, ItemValue> Values { get; init; }

    /// <summary>Largest sort key first.</summary>
    public bool IsBackwards { get; init; }

    /// <summary>Digests of one of <see cref="FleetKeys.HostShards"/> shards.</summary>
    public static ItemQuery Hosts(int shard) => Of(null, FleetKeys.HostPartition(shard), null);

    /// <summary>A host's commands, oldest first.</summary>
    /// <param name="hostId">Whose.</param>
    /// <param name="from">Those before it are left out.</param>
    public static ItemQuery Commands(string hostId, Ulid? from = null) => from is { } first
        ? Between(FleetKeys.OfHost(hostId), FleetKeys.CommandPrefix + first, FleetKeys.CommandPrefix + "~")
        : Of(null, FleetKeys.OfHost(hostId), FleetKeys.CommandPrefix);

    /// <summary>A host's commands from one to another, both included.</summary>
    public static ItemQuery CommandsBetween(string hostId, Ulid first, Ulid last) =>
        Between(FleetKeys.OfHost(hostId), FleetKeys.CommandPrefix + first, FleetKeys.CommandPrefix + last);

    /// <summary>Tenants of a host, by GUID.</summary>
    public static ItemQuery TenantsOf(string hostId) => Of(FleetTable.ByHost, FleetKeys.OfHost(hostId), null);

    /// <summary>Tenants whose GUID begins so: lower case, at least two hexadecimal digits.</summary>
    public static ItemQuery TenantsBeginning(string prefix) => Of(null, FleetKeys.TenantPrefix + prefix[..2], prefix);

    /// <summary>One of <see cref="FleetKeys.ProblemShards"/> shards, the worst first, of equals the newest.</summary>
    public static ItemQuery Problems(int shard) => Of(FleetTable.Problems, FleetKeys.ProblemPartition(shard), null) with { IsBackwards = true };

    /// <summary>The same, from a place in the list on: of those that are as bad and as new, all or none.</summary>
    /// <param name="shard">0 to 15.</param>
    /// <param name="sort">Severity and since, as the key has them.</param>
    /// <param name="isIncluded">Whether those of exactly this key are wanted.</param>
    public static ItemQuery Problems(int shard, string sort, bool isIncluded)
    {
        var condition = $"#{FleetTable.ProblemKey} = :pk AND #{FleetTable.ProblemSort} {(isIncluded ? "<=" : "<")} :from";
        return new()
        {
            Index = FleetTable.Problems,
            KeyCondition = condition,
            Names = ItemUpdate.NamesIn(condition),
            Values = new Dictionary<string, ItemValue> { [":pk"] = ItemValue.Of(FleetKeys.ProblemPartition(shard)), [":from"] = ItemValue.Of(sort) },
            IsBackwards = true,
        };
    }

    /// <summary>Proofs of a tenant, newest first.</summary>
    public static ItemQuery Proofs(Guid tenant) => Of(null, FleetKeys.ProofPrefix + FleetKeys.SliceOf(tenant), FleetKeys.TextOf(tenant) + "#") with { IsBackwards = true };

    /// <summary>All 256: the coverage of the fleet.</summary>
    public static ItemQuery Slices() => Of(null, FleetKeys.SlicePartition, null);

    /// <summary>Jobs that began in a month, newest first.</summary>
    public static ItemQuery Jobs(DateTimeOffset month) => Of(null, FleetKeys.JobPartition(month), null) with { IsBackwards = true };

    /// <summary>What was done on a day, newest first.</summary>
    public static ItemQuery Audit(DateTimeOffset day) => Of(null, FleetKeys.AuditPartition(day), null) with { IsBackwards = true };

    private static ItemQuery Of(IndexDefinition? index, string partition, string? sortPrefix)
    {
        var (pk, sk) = (index?.PartitionKey ?? FleetTable.PartitionKey, index?.SortKey ?? FleetTable.SortKey);
        var condition = sortPrefix is null ? $"#{pk} = :pk" : $"#{pk} = :pk AND begins_with(#{sk}, :prefix)";
        var values = new Dictionary<string, ItemValue> { [":pk"] = ItemValue.Of(partition) };
        if (sortPrefix is not null)
            values.Add(":prefix", ItemValue.Of(sortPrefix));
        return new() { Index = index, KeyCondition = condition, Names = ItemUpdate.NamesIn(condition), Values = values };
    }

    private static ItemQuery Between(string partition, string first, string last)
    {
        const string Condition = $"#{FleetTable.PartitionKey} = :pk AND #{FleetTable.SortKey} BETWEEN :first AND :last";
        return new()
        {
            KeyCondition = Condition,
            Names = ItemUpdate.NamesIn(Condition),
            Values = new Dictionary<string, ItemValue> { [":pk"] = ItemValue.Of(partition), [":first"] = ItemValue.Of(first), [":last"] = ItemValue.Of(last) },
        };
    }
}

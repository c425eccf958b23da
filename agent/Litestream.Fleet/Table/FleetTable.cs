using Litestream.Fleet.Items;

namespace Litestream.Fleet.Table;

/// <summary>The one table of a fleet: on demand, single items, conditional writes. Only history goes by itself, by its time to live; no state does.</summary>
public static class FleetTable
{
    /// <summary>Primary key, a text.</summary>
    public const string PartitionKey = "pk";

    /// <summary>Primary key, a text.</summary>
    public const string SortKey = "sk";

    /// <summary>What the item is: <see cref="ItemTypes"/>.</summary>
    public const string Type = "type";

    /// <summary>The owner of a tenant, <c>HOST#id</c>: partition key of <see cref="ByHost"/>.</summary>
    public const string HostKey = "hostPk";

    /// <summary><c>BAD#0</c> to <c>BAD#15</c>, only while something is wrong: partition key of <see cref="Problems"/>.</summary>
    public const string ProblemKey = "badPk";

    /// <summary><c>severity#since</c>: sort key of <see cref="Problems"/>, so that read backwards the worst come first.</summary>
    public const string ProblemSort = "badSk";

    /// <summary>Seconds since 1970, a number: behind it DynamoDB may delete the item, within days. Only of what is history by then.</summary>
    public const string TimeToLive = "ttl";

    /// <summary>So long commands, jobs and proofs are kept: more than a year, for whoever compares with the last one.</summary>
    public static readonly TimeSpan History = TimeSpan.FromDays(400);

    /// <summary>The tenants of a host, in the order of their GUIDs. Repeats what changes with a tenant's state and nothing that its hourly refresh changes.</summary>
    public static IndexDefinition ByHost { get; } = new("byHost", HostKey, SortKey, [Type, TenantItem.Status, TenantItem.Reason, TenantItem.Problem, TenantItem.Since, TenantItem.Epoch]);

    /// <summary>Whatever is wrong: tenants by their agents, failed proofs and unproven slices by who drills. Sparse, and whole.</summary>
    public static IndexDefinition Problems { get; } = new("problems", ProblemKey, ProblemSort, null);

    public static IReadOnlyList<IndexDefinition> Indexes { get; } = [ByHost, Problems];

    /// <summary>Attributes that are keys of the table or of an index; all are texts.</summary>
    public static IReadOnlyList<string> KeyAttributes { get; } = [PartitionKey, SortKey, HostKey, ProblemKey, ProblemSort];
}

namespace Litestream.Fleet;

/// <summary>What the worker counts of the fleet each time, as metrics of CloudWatch: it writes them to its log, alarms read them.</summary>
public static class FleetMetricNames
{
    public const string Namespace = "Litestream/Fleet";

    /// <summary>The one dimension: which fleet.</summary>
    public const string Table = "Table";

    public const string LostHosts = "LostHosts";

    /// <summary>Further behind than their objective allows.</summary>
    public const string BreachingTenants = "BreachingTenants";

    public const string SplitBrainTenants = "SplitBrainTenants";

    /// <summary>Tenants whose newest drill failed.</summary>
    public const string FailedDrills = "FailedDrills";

    /// <summary>Tenants that nobody has proven for longer than they should be.</summary>
    public const string UnprovenTenants = "UnprovenTenants";
}

namespace Litestream.Agent.Api;

/// <summary>The replicas in one place, counted.</summary>
internal sealed class PlaceCount
{
    /// <summary>Tenants that are replicated there.</summary>
    public int Clients { get; set; }

    /// <summary>How many of them are in error there, or late.</summary>
    public int Unhealthy { get; set; }

    /// <summary>Largest lag there.</summary>
    public double WorstLagSeconds { get; set; }
}

using Litestream.Cloud.Configuration;
using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.DynamoDb;

namespace Litestream.Cloud;

/// <summary>What every endpoint is given.</summary>
internal sealed record CloudContext
{
    public required CloudOptions Options { get; init; }

    /// <summary>For writes: each is one request, and whoever makes it decides what its failure means.</summary>
    public required FleetTableClient Table { get; init; }

    /// <summary>For reads: tried again a few times.</summary>
    public required TableReads Reads { get; init; }

    public required HostDigests Hosts { get; init; }

    public required TenantPages Tenants { get; init; }

    public required ProblemPages Problems { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }
}

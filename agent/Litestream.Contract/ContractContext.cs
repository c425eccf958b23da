using Litestream.DynamoDb;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Contract;

/// <summary>What the changes of the contract need of the program that serves them.</summary>
internal sealed record ContractContext
{
    /// <summary>For writes: each is one request, and whoever makes it decides what its failure means.</summary>
    public required IFleetTable Table { get; init; }

    /// <summary>For reads: tried again a few times.</summary>
    public required TableReads Reads { get; init; }

    public required ICatalogue Catalogue { get; init; }

    /// <summary>The replica of a step that is planned. May throw <see cref="LitestreamException"/>.</summary>
    public required Func<RestorePlanStep, IReplicaStorage> OpenReplica { get; init; }

    /// <summary>Why the host of a step would refuse it, a code and a sentence; null: it would not, or only the host can tell.</summary>
    public Func<RestorePlanStep, CancellationToken, Task<(string Code, string Detail)?>> FindRefusal { get; init; } = (_, _) => Task.FromResult<(string, string)?>(null);

    /// <summary>How much is proven, of all that this program answers for; null while nobody drills.</summary>
    public required Func<CancellationToken, Task<DrillCoverage?>> ReadCoverage { get; init; }

    /// <summary>Commands that can be asked for: of <see cref="CommandKinds"/>.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    public required long MostBodyBytes { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }
}

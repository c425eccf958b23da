using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>The way back: plan, fetch, apply, prove.</summary>
public sealed class Restorer
{
    public Restorer(IReplicaStorage storage, TimeProvider time, ILogger logger) => throw new NotImplementedException();

    /// <summary>Chooses the files. Throws <see cref="LitestreamException"/> that names the missing transactions, or which range can be restored.</summary>
    public Task<RestorePlan> PlanAsync(RestoreOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Restores to <see cref="RestoreOptions.OutputPath"/>: all or nothing.</summary>
    public Task<RestoreResult> RunAsync(RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken) => throw new NotImplementedException();
}

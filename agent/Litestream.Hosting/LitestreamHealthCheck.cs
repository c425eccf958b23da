using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Litestream.Hosting;

/// <summary>
/// Whether everything committed gets to the replica. Healthy: it does, or there is nothing yet. Degraded: paused, waiting, or later than
/// <see cref="LitestreamOptions.LagLimit"/>. The registration's failure status: in trouble that does not pass by itself, or not open.
/// </summary>
internal sealed class LitestreamHealthCheck(LitestreamHost host, IOptions<LitestreamOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var judged = host.Databases.Select(d => d.Snapshot()).Select(s => (Snapshot: s, Status: Judge(s, context.Registration.FailureStatus))).ToList();
            var data = judged.ToDictionary(j => j.Snapshot.Name, object (j) => $"{j.Snapshot.Status} {j.Snapshot.Reason}, transaction {j.Snapshot.ReplicatedTxid} of {j.Snapshot.Txid}, lag {j.Snapshot.LagSeconds:0.0} s");
            var worst = judged.MinBy(j => j.Status); // Unhealthy is the least
            return Task.FromResult(new HealthCheckResult(worst.Status, worst.Status == HealthStatus.Healthy ? null : worst.Snapshot.Detail ?? data[worst.Snapshot.Name].ToString(), null, data));
        }
        catch (InvalidOperationException e)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, e.Message));
        }
    }

    private HealthStatus Judge(DatabaseSnapshot database, HealthStatus failure) => database.Status switch
    {
        DatabaseStatus.Error or DatabaseStatus.SplitBrain or DatabaseStatus.Lost => failure,
        _ when database.LagSeconds > options.Value.LagLimit.TotalSeconds => HealthStatus.Degraded,
        DatabaseStatus.Paused => HealthStatus.Degraded,
        // Not created yet, or looked at for the first time.
        DatabaseStatus.Waiting => database.Reason is DatabaseReason.Pending or DatabaseReason.FirstCopy or DatabaseReason.EmptyFile or DatabaseReason.FileMissing or DatabaseReason.BeingCreated
            ? HealthStatus.Healthy : HealthStatus.Degraded,
        _ => HealthStatus.Healthy,
    };
}

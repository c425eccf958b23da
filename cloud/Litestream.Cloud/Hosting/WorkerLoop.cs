using Litestream.Cloud.Configuration;
using Litestream.Cloud.Drills;
using Litestream.DynamoDb;

namespace Litestream.Cloud.Hosting;

/// <summary>The worker on a port: one round after the other, with a pause between them, until it is stopped.</summary>
internal sealed class WorkerLoop(DrillRound round, WorkerOptions options, TimeProvider time, ILogger log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the host waits for what comes before the first pause
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await round.RunAsync(time.GetUtcNow() + options.LongestRound, stoppingToken);
            }
            catch (FleetTableException away)
            {
                log.TableIsAway(away.Message);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                log.RoundFailed(error); // the next one may not
            }
            await Task.Delay(options.Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

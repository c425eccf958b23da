using Litestream.Agent.Configuration;

namespace Litestream.Agent;

/// <summary>
/// <c>replicate -once</c>: everything committed in every registered database goes to every replica, once. Trouble that lasts is given up on, database by
/// database; progress is waited for however long it takes.
/// </summary>
internal sealed class OnceRun(AgentOptions options, ILogger logger, TimeProvider time)
{
    private const int AtOnce = 64;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>True when nothing is missing.</summary>
    public async Task<bool> RunAsync(IReadOnlyCollection<Database> databases, CancellationToken stop)
    {
        var failed = 0;
        await Parallel.ForEachAsync(databases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (database, token) =>
        {
            if (await FailureOfAsync(database, token) is not { } problem)
                return;
            Interlocked.Increment(ref failed);
            logger.NotReplicatedOnce(database.Path, problem);
        });
        if (failed == 0)
            logger.ReplicatedOnce(databases.Count);
        else
            logger.ReplicatedOnceInPart(databases.Count - failed, failed);
        return failed == 0;
    }

    /// <summary>Null when everything of it is where it belongs.</summary>
    private async Task<string?> FailureOfAsync(Database database, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var work = WorkAsync(database, limit.Token);
        var troubledSince = time.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(LookEvery, time, stop)) != work)
        {
            stop.ThrowIfCancellationRequested();
            var now = database.Snapshot();
            if (TroubleOf(now) is not { } trouble)
                troubledSince = time.GetTimestamp();
            else if (IsForGood(now) || time.GetElapsedTime(troubledSince) > options.ShutdownTimeout)
            {
                await limit.CancelAsync();
                return trouble;
            }
        }
        try
        {
            await work;
            return null;
        }
        catch (LitestreamException error)
        {
            var now = database.Snapshot();
            // Nothing was ever committed to it.
            return now.Reason == DatabaseReason.EmptyFile ? null : now.Detail ?? error.Message;
        }
    }

    private async Task WorkAsync(Database database, CancellationToken stop)
    {
        var txid = await database.SyncAsync(stop);
        // Safe in one replica, and -once means all of them.
        while (database.Snapshot().Replicas.Any(r => r.Txid < txid))
            await Task.Delay(LookEvery, time, stop);
        if (options.ForcesSnapshot || options.EnforcesRetention)
            await database.UpkeepAsync(options.ForcesSnapshot, options.EnforcesRetention, stop);
    }

    private static string? TroubleOf(DatabaseSnapshot database) =>
        database.Status is not (DatabaseStatus.Active or DatabaseStatus.Waiting) ? database.Detail ?? $"{database.Status}"
        : database.Status == DatabaseStatus.Waiting && database.Reason != DatabaseReason.Pending ? database.Detail ?? $"{database.Reason}"
        : database.Replicas.FirstOrDefault(r => r.Status != DatabaseStatus.Active)?.Detail;

    private static bool IsForGood(DatabaseSnapshot database) => database.Status is DatabaseStatus.SplitBrain or DatabaseStatus.Lost or DatabaseStatus.Paused;
}

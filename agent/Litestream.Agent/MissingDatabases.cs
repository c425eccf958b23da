using Litestream.Agent.Configuration;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>A <c>-dsn</c> whose file is missing is restored before anything else happens to it: a new machine starts where the old one ended.</summary>
internal static class MissingDatabases
{
    public static async Task RestoreAsync(
        IEnumerable<SingleDatabase> databases, ReplicaRoot replica, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        foreach (var database in databases)
        {
            if (File.Exists(database.Path))
                continue;
            var storage = replica.Open(replica.PathOf(database.Name));
            if (!await HasBackupAsync(storage, stop))
            {
                logger.NothingToRestore(database.Path);
                continue;
            }
            var result = await new Restorer(storage, time, logger).RunAsync(new RestoreOptions { OutputPath = database.Path }, progress: null, stop);
            logger.Restored(database.Path, storage.Url, result.Txid.ToString(), result.SizeBytes, result.Duration.TotalMilliseconds);
        }
    }

    private static async Task<bool> HasBackupAsync(IReplicaStorage storage, CancellationToken stop)
    {
        await foreach (var _ in storage.ListAsync(stop))
            return true;
        return false;
    }
}

using Litestream.Agent.Configuration;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>
/// A database that is named by its path and whose file is missing is restored before anything else happens to it: a new machine starts where the old
/// one ended. Of several replicas the one that goes furthest says where that is.
/// </summary>
internal static class MissingDatabases
{
    public static async Task RestoreAsync(
        IEnumerable<SingleDatabase> databases, IReadOnlyList<ReplicaRoot> replicas, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        foreach (var database in databases)
        {
            if (File.Exists(database.Path))
                continue;
            if (await FindNewestAsync(replicas, database.Name, logger, stop) is not { } storage)
            {
                logger.NothingToRestore(database.Path);
                continue;
            }
            var result = await new Restorer(storage, time, logger).RunAsync(new RestoreOptions { OutputPath = database.Path }, progress: null, stop);
            logger.Restored(database.Path, storage.Url, result.Txid.ToString(), result.SizeBytes, result.Duration.TotalMilliseconds);
        }
    }

    /// <summary>On a fresh disk not even the folder is there: made for what has a backup. What has none may be a mistake in its path.</summary>
    public static async Task MakeFoldersAsync(IEnumerable<SingleDatabase> databases, IReadOnlyList<ReplicaRoot> replicas, ILogger logger, CancellationToken stop)
    {
        foreach (var database in databases)
        {
            var folder = Path.GetDirectoryName(database.Path)!;
            if (!Directory.Exists(folder) && await FindNewestAsync(replicas, database.Name, logger, stop) is not null)
                DestinationFolder.Create(folder);
        }
    }

    private static Task<IReplicaStorage?> FindNewestAsync(IReadOnlyList<ReplicaRoot> replicas, string name, ILogger logger, CancellationToken stop) =>
        FurthestReplica.FindAsync(replicas, name, (root, error) => logger.ReplicaNotLookedInto(root.Url, error.Message), stop);
}

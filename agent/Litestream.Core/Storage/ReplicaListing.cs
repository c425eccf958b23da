using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Everything a replica holds of one database.</summary>
internal static class ReplicaListing
{
    /// <summary>Headers read at the same time.</summary>
    private const int Parallelism = 32;

    public static async Task<IReadOnlyList<LtxFile>> ReadAsync(IReplicaStorage storage, CancellationToken cancellationToken)
    {
        var files = new List<LtxFile>();
        await foreach (var file in storage.ListAsync(cancellationToken).ConfigureAwait(false))
            files.Add(file);
        return files;
    }

    /// <summary>
    /// The same files with the times of their transactions, a read for each: a listing of a bucket shows when a file was uploaded, that of a folder is
    /// wrong once somebody copied it without its times. Files that retention deleted meanwhile are left out; what they held is in a file above them.
    /// </summary>
    public static async Task<IReadOnlyList<LtxFile>> WithExactTimesAsync(IReplicaStorage storage, IReadOnlyList<LtxFile> files, CancellationToken cancellationToken)
    {
        var exact = new LtxFile?[files.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, files.Count, options, async (i, token) => exact[i] = await ExactAsync(storage, files[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. exact.OfType<LtxFile>()];
    }

    private static async Task<LtxFile?> ExactAsync(IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken)
    {
        try
        {
            return file with { CreatedAt = (await ChainFile.ReadHeaderAsync(storage, file, cancellationToken).ConfigureAwait(false)).Timestamp };
        }
        catch (StorageException e) when (e.IsMissing)
        {
            return null;
        }
        catch (LtxFormatException)
        {
            return file; // damaged: whoever reads it says so, and others may hold the same
        }
    }
}

using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>
/// THE seam: where the LTX files of one database are kept. Every implementation passes the same contract suite
/// (tests/Litestream.Core.Tests/Storage). An object is visible whole or not at all, and is never overwritten.
/// All methods may be called from several threads. Errors: <see cref="StorageException"/>, which says whether trying
/// again can help; what passes within seconds was tried again already, below.
/// </summary>
public interface IReplicaStorage
{
    /// <summary><c>file</c> or <c>s3</c>: the metrics' <c>replica_type</c>.</summary>
    string Kind { get; }

    /// <summary>URL of this database's replica, for people, without secrets.</summary>
    string Url { get; }

    /// <summary>
    /// All LTX files of a level, ascending by (MinTxid, MaxTxid). Foreign names are skipped; a missing level is empty. A bucket shows when a file
    /// was uploaded, a folder what its copy was given: where the moment matters, headers tell it (<see cref="ReplicaListing.WithExactTimesAsync"/>).
    /// May run twice.
    /// </summary>
    IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken);

    /// <summary>
    /// All LTX files of all levels, from 0 up, each level as above. Content moves up and is published above before it is deleted
    /// below, so what moves meanwhile is seen twice or once but never missed. May run twice.
    /// </summary>
    IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Fills <paramref name="buffer"/> from <paramref name="offset"/>. A shorter file is an error, so is a missing one
    /// (<see cref="StorageException.IsMissing"/>). May run twice.
    /// </summary>
    Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Opens a file for one sequential read from its beginning, whatever its size.</summary>
    Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken);

    /// <summary>
    /// Publishes the staged file at <paramref name="stagedPath"/> (complete, closed, not to be changed any more) under
    /// <paramref name="file"/>'s level and name, durably and create-only; its time becomes <see cref="LtxFile.CreatedAt"/>.
    /// Returns false, and changes nothing, when that name exists already: the caller finds out whose it is.
    /// A file that is no complete image continues a replica: where that can be told to be gone, <see cref="StorageException.IsMissing"/>.
    /// On an error the outcome may be unknown: call again, and false may then mean "the first call did it".
    /// </summary>
    Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken);

    /// <summary>Deletes files; those already gone are no error. May run twice.</summary>
    Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken);
}

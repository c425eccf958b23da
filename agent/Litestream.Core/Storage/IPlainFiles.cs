namespace Litestream.Storage;

/// <summary>
/// What lies below a replica beside its LTX files, to be read only: Litestream v0.3 kept snapshots and WALs there. Errors: <see cref="StorageException"/>.
/// </summary>
internal interface IPlainFiles
{
    /// <summary>All files below a folder (empty: the replica), at any depth, in no particular order; none when there is no such folder.</summary>
    IAsyncEnumerable<PlainFile> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>From its beginning.</summary>
    Task<Stream> OpenAsync(PlainFile file, CancellationToken cancellationToken);
}

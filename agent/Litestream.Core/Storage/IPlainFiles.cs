namespace Litestream.Storage;

/// <summary>
/// What lies below a replica beside its LTX files: Litestream v0.3 kept snapshots and WALs there, and drills leave what they found. Errors: <see cref="StorageException"/>.
/// </summary>
internal interface IPlainFiles
{
    /// <summary>All files below a folder (empty: the replica), at any depth, in no particular order; none when there is no such folder.</summary>
    IAsyncEnumerable<PlainFile> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>From its beginning.</summary>
    Task<Stream> OpenAsync(PlainFile file, CancellationToken cancellationToken);

    /// <summary>Makes a small file of a name that nobody had, visible whole or not at all. Answers its full name.</summary>
    Task<string> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}

using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>
/// Counts each operation on a folder before it is made, failed ones too; a listing of all levels reads ten directories. An object store counts for
/// itself: one call here can be many requests there.
/// </summary>
internal sealed class CountingStorage : IReplicaStorage
{
    private readonly IReplicaStorage _inner;
    private readonly RequestCounters _counters;

    public CountingStorage(IReplicaStorage inner, RequestCounters counters)
    {
        _inner = inner;
        _counters = counters;
    }

    public string Kind => _inner.Kind;

    public string Url => _inner.Url;

    public IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken)
    {
        _counters.Count(StorageOperation.List);
        return _inner.ListAsync(level, cancellationToken);
    }

    public IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken)
    {
        for (var level = 0; level <= LtxFile.SnapshotLevel; level++)
            _counters.Count(StorageOperation.List);
        return _inner.ListAsync(cancellationToken);
    }

    public async Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _counters.Count(StorageOperation.Get);
        await _inner.ReadAsync(file, offset, buffer, cancellationToken).ConfigureAwait(false);
        _counters.CountBytes(StorageOperation.Get, buffer.Length);
    }

    public async Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken)
    {
        _counters.Count(StorageOperation.Get);
        var stream = await _inner.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        _counters.CountBytes(StorageOperation.Get, file.SizeBytes);
        return stream;
    }

    public async Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken)
    {
        _counters.Count(StorageOperation.Put);
        var isCreated = await _inner.PublishAsync(file, stagedPath, cancellationToken).ConfigureAwait(false);
        _counters.CountBytes(StorageOperation.Put, isCreated ? file.SizeBytes : 0);
        return isCreated;
    }

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken)
    {
        _counters.Count(StorageOperation.Delete);
        return _inner.DeleteAsync(files, cancellationToken);
    }
}

using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Counts each request before it is made, failed ones too: a store bills both.</summary>
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
        _counters.List();
        return _inner.ListAsync(level, cancellationToken);
    }

    public Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _counters.Get();
        return _inner.ReadAsync(file, offset, buffer, cancellationToken);
    }

    public Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken)
    {
        _counters.Get();
        return _inner.OpenAsync(file, cancellationToken);
    }

    public Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken)
    {
        _counters.Put();
        return _inner.PublishAsync(file, stagedPath, cancellationToken);
    }

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken)
    {
        _counters.Delete();
        return _inner.DeleteAsync(files, cancellationToken);
    }
}

using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>A replica that remembers how much was read at once.</summary>
internal sealed class LargestRead(IReplicaStorage inner) : IReplicaStorage
{
    private int _bytes;

    public int Bytes => _bytes;

    public string Kind => inner.Kind;

    public string Url => inner.Url;

    public IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken) => inner.ListAsync(level, cancellationToken);

    public IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _bytes = Math.Max(_bytes, buffer.Length);
        return inner.ReadAsync(file, offset, buffer, cancellationToken);
    }

    public Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken) => inner.OpenAsync(file, cancellationToken);

    public Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken) => inner.PublishAsync(file, stagedPath, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken) => inner.DeleteAsync(files, cancellationToken);
}

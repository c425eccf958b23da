using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Restore;

/// <summary>A replica in which something happens just before a read.</summary>
/// <param name="inner">The replica.</param>
/// <param name="atRead">Before which read, counted from 1.</param>
/// <param name="meddle">What happens.</param>
/// <param name="listing">Happens before each listing.</param>
internal sealed class MeddlingStorage(IReplicaStorage inner, int atRead, Action meddle, Action? listing = null) : IReplicaStorage
{
    private int _reads;

    public string Kind => inner.Kind;

    public string Url => inner.Url;

    public IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken)
    {
        listing?.Invoke();
        return inner.ListAsync(level, cancellationToken);
    }

    public IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken)
    {
        listing?.Invoke();
        return inner.ListAsync(cancellationToken);
    }

    public Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reads) == atRead)
            meddle();
        return inner.ReadAsync(file, offset, buffer, cancellationToken);
    }

    public Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken) => inner.OpenAsync(file, cancellationToken);

    public Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken) =>
        inner.PublishAsync(file, stagedPath, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken) => inner.DeleteAsync(files, cancellationToken);
}

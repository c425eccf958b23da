using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>A replica read by its own agent: what is still in the state directory is read there, without a request.</summary>
internal sealed class NearStorage(IReplicaStorage replica, LocalCopies copies, string name) : IReplicaStorage
{
    public string Kind => replica.Kind;

    public string Url => replica.Url;

    public IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken) => replica.ListAsync(level, cancellationToken);

    public IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken) => replica.ListAsync(cancellationToken);

    public Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        TryRead(file, offset, buffer.Span) ? Task.CompletedTask : replica.ReadAsync(file, offset, buffer, cancellationToken);

    public Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken) => replica.OpenAsync(file, cancellationToken);

    public Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken) => replica.PublishAsync(file, stagedPath, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken) => replica.DeleteAsync(files, cancellationToken);

    private bool TryRead(LtxFile file, long offset, Span<byte> buffer)
    {
        if (copies.Find(name, file) is not { } path)
            return false;
        try
        {
            using var handle = File.OpenHandle(path);
            return RandomAccess.Read(handle, buffer, offset) == buffer.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>A folder to restore into, and the short way to do it.</summary>
internal sealed class RestoreTarget : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public string Path => _folder["restored.db"];

    public byte[] Bytes => File.ReadAllBytes(Path);

    public string[] Files => _folder.Files();

    public RestoreOptions Options => new() { OutputPath = Path };

    public Task<RestoreResult> Restore(IReplicaStorage storage, ulong? txid = null, DateTimeOffset? before = null) =>
        Restore(storage, Options with { Txid = txid is { } value ? new Txid(value) : null, Timestamp = before, Force = true });

    public static Task<RestoreResult> Restore(IReplicaStorage storage, RestoreOptions options, IProgress<RestoreProgress>? progress = null) =>
        new Restorer(storage, TimeProvider.System, NullLogger.Instance).RunAsync(options, progress, default);

    /// <summary>The restore must be refused, and nothing be left of it.</summary>
    public async Task<LitestreamException> Refuses(IReplicaStorage storage, RestoreOptions? options = null)
    {
        var before = Files;
        var error = await Assert.ThrowsAnyAsync<LitestreamException>(() => Restore(storage, options ?? Options));
        Assert.Equal(before, Files);
        return error;
    }

    public void Dispose() => _folder.Dispose();
}

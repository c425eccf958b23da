using System.Runtime.CompilerServices;

namespace Litestream.Storage.S3;

/// <summary>Objects below a replica in a bucket that are no LTX files; their time is that of their upload.</summary>
internal sealed class S3PlainFiles(S3Bucket bucket, string path, RequestCounters counters) : IPlainFiles
{
    private readonly string _prefix = bucket.Location.KeysBelow(path);

    public async IAsyncEnumerable<PlainFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in bucket.ListAsync(folder.Length == 0 ? _prefix : $"{_prefix}{folder}/", counters, cancellationToken).ConfigureAwait(false))
            yield return new(found.Key[_prefix.Length..], bucket.Name(found.Key), found.Size.GetValueOrDefault(), new(found.LastModified.GetValueOrDefault().ToUniversalTime()));
    }

    public Task<Stream> OpenAsync(PlainFile file, CancellationToken cancellationToken) =>
        S3ReadStream.OpenAsync(bucket, _prefix + file.Name, file.SizeBytes, counters, cancellationToken);

    public async Task<string> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var bytes = content.ToArray();
        await bucket.CreateAsync(_prefix + name, () => new MemoryStream(bytes, writable: false), bytes.Length, timestamp: null, isConditional: true, counters, cancellationToken).ConfigureAwait(false);
        return bucket.Name(_prefix + name);
    }
}

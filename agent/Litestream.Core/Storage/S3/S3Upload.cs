using Amazon.Runtime;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Litestream.Storage.S3;

/// <summary>
/// Creates a large object in parts, a few at a time, each read from the file as it goes: memory does not grow with the file. It becomes visible by the
/// last request alone, which is conditional as that of a small one; whatever fails before is taken back.
/// </summary>
internal sealed class S3Upload(S3Bucket bucket, ILogger log)
{
    private const int MostParts = 10_000;
    private const long PartStep = 1024 * 1024;
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    private S3Location Location => bucket.Location;

    /// <summary>False when the key is taken (only if it was asked to look).</summary>
    public async Task<bool> RunAsync(string key, string path, long length, string timestamp, bool isConditional, RequestCounters counters, CancellationToken cancellationToken)
    {
        var uploadId = await BeginAsync(key, timestamp, counters, cancellationToken).ConfigureAwait(false);
        var isDone = false;
        try
        {
            var parts = await SendAsync(key, uploadId, path, length, counters, cancellationToken).ConfigureAwait(false);
            return isDone = await CompleteAsync(key, uploadId, parts, isConditional, counters, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isDone)
                await AbortAsync(key, uploadId, counters).ConfigureAwait(false);
        }
    }

    /// <summary>Equal parts but for the last.</summary>
    public static long PartSize(long length, long wanted)
    {
        var least = (length + MostParts - 1) / MostParts;
        return Math.Max(wanted, (least + PartStep - 1) / PartStep * PartStep);
    }

    private Task<string> BeginAsync(string key, string timestamp, RequestCounters counters, CancellationToken cancellationToken) =>
        bucket.RunAsync(StorageOperation.Put, counters, $"begin the upload of {bucket.Name(key)}", 0, async attempt =>
        {
            var request = new InitiateMultipartUploadRequest
            {
                BucketName = Location.Bucket,
                Key = key,
                StorageClass = Location.StorageClass is { } storageClass ? new(storageClass) : null,
            };
            request.Metadata[S3Storage.TimestampMetadata] = timestamp;
            Location.Encryption.ApplyTo(request, Location.Endpoint is null);
            return (await attempt.Client.InitiateMultipartUploadAsync(request, attempt.Token).ConfigureAwait(false)).UploadId is { Length: > 0 } id
                ? id : throw new InvalidDataException("the answer names no upload");
        }, cancellationToken);

    private async Task<List<PartETag>> SendAsync(string key, string uploadId, string path, long length, RequestCounters counters, CancellationToken cancellationToken)
    {
        var size = PartSize(length, Location.PartSizeBytes);
        var parts = new PartETag[(length + size - 1) / size];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Location.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, parts.Length, options, async (i, stop) =>
        {
            var (offset, bytes) = (i * size, Math.Min(size, length - (i * size)));
            parts[i] = await bucket.RunAsync(StorageOperation.Put, counters, $"send part {i + 1} of {parts.Length} of {bucket.Name(key)}", bytes, async attempt =>
            {
                var content = File.OpenRead(path);
                content.Position = offset;
                var request = new UploadPartRequest
                {
                    BucketName = Location.Bucket,
                    Key = key,
                    UploadId = uploadId,
                    PartNumber = i + 1,
                    InputStream = attempt.Watch(content),
                    PartSize = bytes,
                    IsLastPart = i == parts.Length - 1,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = !Location.SignPayload,
                };
                var etag = (await attempt.Client.UploadPartAsync(request, attempt.Token).ConfigureAwait(false)).ETag;
                S3Bucket.ThrowIfUntagged(etag);
                return new PartETag(i + 1, etag);
            }, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return [.. parts];
    }

    private async Task<bool> CompleteAsync(string key, string uploadId, List<PartETag> parts, bool isConditional, RequestCounters counters, CancellationToken cancellationToken)
    {
        var isKnown = await bucket.RunAsync<bool?>(StorageOperation.Put, counters, $"complete the upload of {bucket.Name(key)}", 0, async attempt =>
        {
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = Location.Bucket,
                Key = key,
                UploadId = uploadId,
                PartETags = parts,
                IfNoneMatch = isConditional ? "*" : null,
            };
            try
            {
                S3Bucket.ThrowIfUntagged((await attempt.Client.CompleteMultipartUploadAsync(request, attempt.Token).ConfigureAwait(false)).ETag);
                return true;
            }
            catch (AmazonServiceException e) when (isConditional && S3Fault.IsTaken(e))
            {
                return false;
            }
            catch (AmazonServiceException e) when (S3Fault.IsNoSuchUpload(e))
            {
                return null;
            }
        }, cancellationToken).ConfigureAwait(false);
        // The upload is over: by an earlier try of which we lost the answer, or somebody aborted it.
        return isKnown ?? (await bucket.ExistsAsync(key, counters, cancellationToken).ConfigureAwait(false)
            ? false
            : throw new StorageException($"complete the upload of {bucket.Name(key)}: the store has forgotten it", StorageFault.Transient));
    }

    /// <summary>Best effort, also while the program stops: parts of an upload that nobody completes cost money.</summary>
    private async Task AbortAsync(string key, string uploadId, RequestCounters counters)
    {
        using var limit = new CancellationTokenSource(AbortLimit);
        try
        {
            await bucket.RunAsync(StorageOperation.Delete, counters, $"take back the upload of {bucket.Name(key)}", 0, async attempt =>
            {
                try
                {
                    await attempt.Client.AbortMultipartUploadAsync(Location.Bucket, key, uploadId, attempt.Token).ConfigureAwait(false);
                }
                catch (AmazonServiceException e) when (S3Fault.IsNoSuchUpload(e))
                {
                    // Over already.
                }
                return 1;
            }, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            log.UploadLeft(bucket.Name(key), e.Message);
        }
    }
}

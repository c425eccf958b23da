using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Storage.S3;

/// <summary>Deletes objects, as many at a time as the store takes.</summary>
internal sealed class S3Deletion(S3Bucket bucket)
{
    /// <summary>More are not taken at once.</summary>
    private const int BatchSize = 1000;

    /// <summary>Those that are not there are no error.</summary>
    public async Task RunAsync(IReadOnlyList<string> keys, RequestCounters counters, CancellationToken cancellationToken)
    {
        foreach (var batch in keys.Chunk(BatchSize))
        {
            if (batch.Length > 1 && await TryDeleteBatchAsync(batch, counters, cancellationToken).ConfigureAwait(false))
                continue;
            foreach (var key in batch)
                await DeleteAsync(key, counters, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<int> DeleteAsync(string key, RequestCounters counters, CancellationToken cancellationToken) =>
        bucket.RunAsync(StorageOperation.Delete, counters, $"delete {bucket.Name(key)}", 0, async attempt =>
        {
            try
            {
                await attempt.Client.DeleteObjectAsync(bucket.Location.Bucket, key, attempt.Token).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (e.ErrorCode == "NoSuchKey")
            {
                // Gone already; most stores do not even say so.
            }
            return 1;
        }, cancellationToken);

    /// <summary>False where a store does not take several at once: then they go one by one.</summary>
    private Task<bool> TryDeleteBatchAsync(string[] keys, RequestCounters counters, CancellationToken cancellationToken) =>
        bucket.RunAsync(StorageOperation.Delete, counters, $"delete {keys.Length} files, the first {bucket.Name(keys[0])}", 0, async attempt =>
        {
            var request = new DeleteObjectsRequest { BucketName = bucket.Location.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] };
            try
            {
                await attempt.Client.DeleteObjectsAsync(request, attempt.Token).ConfigureAwait(false);
                return true;
            }
            catch (DeleteObjectsException e) when (e.Response.DeleteErrors is { Count: > 0 } errors)
            {
                var first = errors[0];
                throw new StorageException($"delete {errors.Count} of {keys.Length} files, the first {bucket.Name(first.Key)}: {first.Code} {first.Message}".TrimEnd(),
                    first.Code is "AccessDenied" ? StorageFault.Permanent : StorageFault.Transient, e);
            }
            catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed
                || e.ErrorCode is "MissingContentMD5" or "InvalidRequest" or "NotImplemented" or "InvalidDigest")
            {
                return false;
            }
        }, cancellationToken);
}

using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Storage.S3;

/// <summary>Objects of one bucket by key: each method is one kind of request, retried below.</summary>
internal sealed class S3Bucket(S3Location location, S3Requests requests)
{
    /// <summary>What a listing answers at once, and a deletion takes at once.</summary>
    private const int BatchSize = 1000;

    /// <summary>A store that never says it is at the end: 100 million keys.</summary>
    private const int MostPages = 100_000;

    public S3Location Location => location;

    public S3Requests Requests => requests;

    /// <summary>The URL of a key for messages.</summary>
    public string Name(string key) => $"{S3Url.Scheme}{location.Bucket}/{key}";

    /// <summary>All objects whose keys begin so, ascending by key.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, RequestCounters counters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in PagesAsync(prefix, null, counters, cancellationToken).ConfigureAwait(false))
        {
            foreach (var found in page.S3Objects ?? [])
                yield return found;
        }
    }

    /// <summary>The next part of the keys below a prefix, up to a slash.</summary>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, RequestCounters counters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in PagesAsync(prefix, "/", counters, cancellationToken).ConfigureAwait(false))
        {
            foreach (var folder in page.CommonPrefixes ?? [])
                yield return folder[prefix.Length..].TrimEnd('/');
        }
    }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>, or says why it cannot.</summary>
    public Task<int> ReadAsync(string key, long offset, Memory<byte> buffer, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Get, counters, $"read {buffer.Length} bytes at {offset} of {Name(key)}", buffer.Length, async (client, token) =>
        {
            var (read, length) = await ReadRangeAsync(client, key, offset, buffer, token).ConfigureAwait(false);
            return read == buffer.Length ? read : throw new StorageException(
                $"read {Name(key)}: expected {buffer.Length} bytes at {offset}, found an object of {length} bytes", StorageFault.Permanent);
        }, cancellationToken);

    /// <summary>Reads what there is from <paramref name="offset"/>. Answers how much that was, and how long the object is.</summary>
    public Task<(int Read, long Length)> ReadUpToAsync(string key, long offset, Memory<byte> buffer, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Get, counters, $"read {Name(key)}", buffer.Length, (client, token) => ReadRangeAsync(client, key, offset, buffer, token), cancellationToken);

    /// <summary>Creates an object from a file of less than a part. False when the key is taken (only if it was asked to look).</summary>
    public Task<bool> CreateAsync(string key, string path, long length, string? timestamp, bool isConditional, RequestCounters counters, CancellationToken cancellationToken) =>
        CreateAsync(key, () => File.OpenRead(path), length, timestamp, isConditional, counters, cancellationToken);

    /// <summary>The same from a stream that is opened for each try.</summary>
    public Task<bool> CreateAsync(
        string key, Func<Stream> open, long length, string? timestamp, bool isConditional, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Put, counters, $"create {Name(key)}", length, async (client, token) =>
        {
            var request = new PutObjectRequest
            {
                BucketName = location.Bucket,
                Key = key,
                InputStream = open(),
                UseChunkEncoding = false,
                DisablePayloadSigning = !location.SignPayload,
                IfNoneMatch = isConditional ? "*" : null,
                StorageClass = location.StorageClass is { } storageClass ? new(storageClass) : null,
            };
            if (timestamp is not null)
                request.Metadata[S3Storage.TimestampMetadata] = timestamp;
            location.Encryption.ApplyTo(request, location.Endpoint is null);
            try
            {
                await client.PutObjectAsync(request, token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonServiceException e) when (isConditional && S3Fault.IsTaken(e))
            {
                return false;
            }
        }, cancellationToken);

    public Task<bool> ExistsAsync(string key, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Get, counters, $"look for {Name(key)}", 0, async (client, token) =>
        {
            try
            {
                await client.GetObjectMetadataAsync(location.Bucket, key, token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }
        }, cancellationToken);

    /// <summary>Those that are not there are no error.</summary>
    public async Task DeleteAsync(IReadOnlyList<string> keys, RequestCounters counters, CancellationToken cancellationToken)
    {
        foreach (var batch in keys.Chunk(BatchSize))
        {
            if (batch.Length > 1 && await TryDeleteBatchAsync(batch, counters, cancellationToken).ConfigureAwait(false))
                continue;
            foreach (var key in batch)
                await DeleteAsync(key, counters, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<T> RunAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<IAmazonS3, CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(operation, counters, doing, bytes, request, cancellationToken);

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(
        string prefix, string? delimiter, RequestCounters counters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var request = new ListObjectsV2Request { BucketName = location.Bucket, Prefix = prefix, Delimiter = delimiter, ContinuationToken = next, MaxKeys = BatchSize };
            var response = await RunAsync(StorageOperation.List, counters, $"list {Name(prefix)}", 0,
                (client, token) => client.ListObjectsV2Async(request, token), cancellationToken).ConfigureAwait(false);
            yield return response;
            next = response.NextContinuationToken;
            if (response.IsTruncated != true || next is null)
                yield break;
        }
        throw new StorageException($"list {Name(prefix)}: no end after {MostPages} pages", StorageFault.Permanent);
    }

    private async Task<(int Read, long Length)> ReadRangeAsync(IAmazonS3 client, string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = location.Bucket, Key = key, ByteRange = new(offset, offset + buffer.Length - 1) };
        try
        {
            using var response = await client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
            var wanted = (int)Math.Min(buffer.Length, response.ContentLength);
            var read = await response.ResponseStream.ReadAtLeastAsync(buffer[..wanted], wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < wanted)
                throw new IOException($"the answer ended after {read} of {wanted} bytes");
            return (read, TotalOf(response));
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return (0, offset); // the object ends before
        }
    }

    /// <summary><c>bytes 0-9/1234</c></summary>
    private static long TotalOf(GetObjectResponse response) =>
        response.ContentRange is { } range && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), out var total) ? total : response.ContentLength;

    private Task<int> DeleteAsync(string key, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Delete, counters, $"delete {Name(key)}", 0, async (client, token) =>
        {
            try
            {
                await client.DeleteObjectAsync(location.Bucket, key, token).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (e.ErrorCode == "NoSuchKey")
            {
                // Gone already; most stores do not even say so.
            }
            return 1;
        }, cancellationToken);

    /// <summary>False where a store does not take several at once: then they go one by one.</summary>
    private Task<bool> TryDeleteBatchAsync(string[] keys, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Delete, counters, $"delete {keys.Length} files, the first {Name(keys[0])}", 0, async (client, token) =>
        {
            var request = new DeleteObjectsRequest { BucketName = location.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] };
            try
            {
                await client.DeleteObjectsAsync(request, token).ConfigureAwait(false);
                return true;
            }
            catch (DeleteObjectsException e) when (e.Response.DeleteErrors is { Count: > 0 } errors)
            {
                var first = errors[0];
                throw new StorageException($"delete {errors.Count} of {keys.Length} files, the first {Name(first.Key)}: {first.Code} {first.Message}".TrimEnd(),
                    first.Code is "AccessDenied" ? StorageFault.Permanent : StorageFault.Transient, e);
            }
            catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed
                || e.ErrorCode is "MissingContentMD5" or "InvalidRequest" or "NotImplemented" or "InvalidDigest")
            {
                return false;
            }
        }, cancellationToken);
}

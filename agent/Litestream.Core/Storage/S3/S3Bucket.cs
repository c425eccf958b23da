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
        RunAsync(StorageOperation.Get, counters, $"read {buffer.Length} bytes at {offset} of {Name(key)}", buffer.Length, async attempt =>
        {
            var (read, length) = await ReadRangeAsync(attempt, key, offset, buffer).ConfigureAwait(false);
            return read == buffer.Length ? read : throw StorageException.OfCut(
                $"read {Name(key)}: expected {buffer.Length} bytes at {offset}, found an object of {length} bytes");
        }, cancellationToken);

    /// <summary>Reads what there is from <paramref name="offset"/>. Answers how much that was, and how long the object is.</summary>
    public Task<(int Read, long Length)> ReadUpToAsync(string key, long offset, Memory<byte> buffer, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Get, counters, $"read {Name(key)}", buffer.Length, attempt => ReadRangeAsync(attempt, key, offset, buffer), cancellationToken);

    /// <summary>Creates an object from a file of less than a part. False when the key is taken (only if it was asked to look).</summary>
    public Task<bool> CreateAsync(string key, string path, long length, string? timestamp, bool isConditional, RequestCounters counters, CancellationToken cancellationToken) =>
        CreateAsync(key, () => File.OpenRead(path), length, timestamp, isConditional, counters, cancellationToken);

    /// <summary>The same from a stream that is opened for each try.</summary>
    public Task<bool> CreateAsync(
        string key, Func<Stream> open, long length, string? timestamp, bool isConditional, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Put, counters, $"create {Name(key)}", length, async attempt =>
        {
            var request = new PutObjectRequest
            {
                BucketName = location.Bucket,
                Key = key,
                InputStream = attempt.Watch(open()),
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
                ThrowIfUntagged((await attempt.Client.PutObjectAsync(request, attempt.Token).ConfigureAwait(false)).ETag);
                return true;
            }
            catch (AmazonServiceException e) when (isConditional && S3Fault.IsTaken(e))
            {
                return false;
            }
        }, cancellationToken);

    public Task<bool> ExistsAsync(string key, RequestCounters counters, CancellationToken cancellationToken) =>
        RunAsync(StorageOperation.Get, counters, $"look for {Name(key)}", 0, async attempt =>
        {
            try
            {
                ThrowIfUntagged((await attempt.Client.GetObjectMetadataAsync(location.Bucket, key, attempt.Token).ConfigureAwait(false)).ETag);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }
        }, cancellationToken);

    public Task<T> RunAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<S3Attempt, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(operation, counters, doing, bytes, request, cancellationToken);

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(
        string prefix, string? delimiter, RequestCounters counters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var request = new ListObjectsV2Request { BucketName = location.Bucket, Prefix = prefix, Delimiter = delimiter, ContinuationToken = next, MaxKeys = BatchSize };
            var response = await RunAsync(StorageOperation.List, counters, $"list {Name(prefix)}", 0,
                attempt => ListAsync(attempt, request), cancellationToken).ConfigureAwait(false);
            yield return response;
            if (response.IsTruncated != true)
                yield break;
            next = response.NextContinuationToken;
        }
        throw new StorageException($"list {Name(prefix)}: no end after {MostPages} pages", StorageFault.Permanent);
    }

    /// <summary>Empty is what anything but a listing looks like to the SDK, and an empty replica means much: so it is looked at closely.</summary>
    private static async Task<ListObjectsV2Response> ListAsync(S3Attempt attempt, ListObjectsV2Request request)
    {
        var response = await attempt.Client.ListObjectsV2Async(request, attempt.Token).ConfigureAwait(false);
        if (response.IsTruncated is not { } isTruncated)
            throw new InvalidDataException("the answer is no listing");
        if (isTruncated && (response.NextContinuationToken is not { Length: > 0 } next || next == request.ContinuationToken))
            throw new InvalidDataException("the listing is cut and does not say where it goes on");
        return response;
    }

    private async Task<(int Read, long Length)> ReadRangeAsync(S3Attempt attempt, string key, long offset, Memory<byte> buffer)
    {
        var request = new GetObjectRequest { BucketName = location.Bucket, Key = key, ByteRange = new(offset, offset + buffer.Length - 1) };
        try
        {
            using var response = await attempt.Client.GetObjectAsync(request, attempt.Token).ConfigureAwait(false);
            ThrowIfUntagged(response.ETag);
            if (offset > 0 && response.HttpStatusCode != HttpStatusCode.PartialContent)
                throw new InvalidDataException($"asked for bytes from {offset} on, the answer begins at the beginning");
            var wanted = (int)Math.Min(buffer.Length, response.ContentLength);
            var body = attempt.Watch(response.ResponseStream);
            var read = await body.ReadAtLeastAsync(buffer[..wanted], wanted, throwOnEndOfStream: false, attempt.Token).ConfigureAwait(false);
            if (read < wanted)
                throw new IOException($"the answer ended after {read} of {wanted} bytes");
            return (read, TotalOf(response));
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return (0, offset); // the object ends before
        }
    }

    /// <summary>What answers 200 to anything is no store. Every store names what it holds.</summary>
    internal static void ThrowIfUntagged(string? etag)
    {
        if (string.IsNullOrEmpty(etag))
            throw new InvalidDataException("the answer has no ETag");
    }

    /// <summary><c>bytes 0-9/1234</c></summary>
    private static long TotalOf(GetObjectResponse response) =>
        response.ContentRange is { } range && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), out var total) ? total : response.ContentLength;
}

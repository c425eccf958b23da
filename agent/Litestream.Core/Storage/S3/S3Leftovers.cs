using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Litestream.Storage.S3;

/// <summary>
/// Uploads in parts that nobody completed, of an agent that was killed: their parts are billed and no listing shows them. Looked for before a large upload,
/// among those of the same database, and only taken back when they are so old that nobody can be at work on them.
/// </summary>
internal sealed class S3Leftovers(S3Bucket bucket, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>Best effort: whoever may write need not be allowed to list uploads, and some stores cannot.</summary>
    public async Task TakeBackAsync(string prefix, RequestCounters counters, CancellationToken cancellationToken)
    {
        try
        {
            var found = await bucket.RunAsync(StorageOperation.List, counters, $"list the uploads below {bucket.Name(prefix)}", 0, attempt =>
                attempt.Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket.Location.Bucket, Prefix = prefix }, attempt.Token), cancellationToken)
                .ConfigureAwait(false);
            var oldest = time.GetUtcNow() - Age;
            foreach (var upload in found.MultipartUploads ?? [])
            {
                if (upload.Initiated is not { } begun || begun.ToUniversalTime() > oldest.UtcDateTime || !upload.Key.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                await bucket.RunAsync(StorageOperation.Delete, counters, $"take back the upload of {bucket.Name(upload.Key)}", 0, attempt =>
                    attempt.Client.AbortMultipartUploadAsync(bucket.Location.Bucket, upload.Key, upload.UploadId, attempt.Token), cancellationToken).ConfigureAwait(false);
                log.UploadTakenBack(bucket.Name(upload.Key), begun);
            }
        }
        catch (StorageException e) when (e.Fault != StorageFault.Transient)
        {
            log.UploadsNotListed(e.Message);
        }
    }
}

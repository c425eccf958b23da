using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Litestream.Storage.S3;

/// <summary>Turns what a store or the way to it said into a <see cref="StorageException"/>: here it is decided what may pass by itself.</summary>
internal static class S3Fault
{
    /// <param name="doing">What was being done, to what: <c>publish s3://bucket/…/x.ltx</c>.</param>
    /// <param name="error">What the SDK threw.</param>
    public static StorageException Of(string doing, Exception error) => error switch
    {
        StorageException known => known,
        AmazonServiceException service => Of(doing, service),
        AmazonClientException client => OfClient(doing, client),
        OperationCanceledException => new($"{doing}: no answer in time", StorageFault.Transient, error),
        _ => new($"{doing}: {Innermost(error).Message}", StorageFault.Transient, error),
    };

    /// <summary>The name is taken, or was when this request of several like it was decided.</summary>
    public static bool IsTaken(AmazonServiceException error) => error.StatusCode == HttpStatusCode.PreconditionFailed || error.ErrorCode == "PreconditionFailed";

    public static bool IsNoSuchUpload(AmazonServiceException error) => error.ErrorCode == "NoSuchUpload";

    /// <summary>The store asks for less.</summary>
    public static bool IsThrottling(Exception error) => error is AmazonServiceException service
        && (service.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            || service.ErrorCode is "SlowDown" or "Throttling" or "ThrottlingException" or "ThrottledException" or "RequestLimitExceeded"
                or "TooManyRequests" or "TooManyRequestsException" or "RequestThrottled" or "BandwidthLimitExceeded");

    private static StorageException Of(string doing, AmazonServiceException error)
    {
        var (fault, hint) = Judge(error);
        return new($"{doing}: {Said(error)}", fault, error, hint);
    }

    private static (StorageFault Fault, string? Hint) Judge(AmazonServiceException error) => error.ErrorCode switch
    {
        "NoSuchKey" => (StorageFault.Missing, null),
        "NoSuchBucket" => (StorageFault.Permanent, "create the bucket, or correct its name; litestream makes none"),
        "InvalidBucketName" => (StorageFault.Permanent, "correct the name of the bucket"),
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" => (StorageFault.Permanent,
            "check the credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or LITESTREAM_…), the profile, or the role of this machine"),
        "RequestTimeTooSkewed" => (StorageFault.Permanent, "the clock of this machine is wrong: set it"),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => (StorageFault.Permanent,
            "the bucket is in another region: name it with -region, or region= in the URL"),
        "QuotaExceeded" or "XMinioStorageFull" or "InsufficientStorage" or "EntityTooLarge" => (StorageFault.Full, "free space in the bucket, or raise its quota"),
        "InvalidArgument" or "InvalidRequest" or "InvalidStorageClass" or "MalformedXML" or "NotImplemented" or "KMS.NotFoundException" or "KMS.DisabledException" => (StorageFault.Permanent,
            "the store does not take a setting: look at sse, storageClass and the other parameters of the URL"),
        "RequestTimeout" or "OperationAborted" or "ConditionalRequestConflict" or "IncompleteBody" or "BadDigest" or "XAmzContentSHA256Mismatch"
            or "InternalError" or "NoSuchUpload" => (StorageFault.Transient, null),
        _ => ByStatus(error.StatusCode),
    };

    private static (StorageFault Fault, string? Hint) ByStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => (StorageFault.Missing, null),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (StorageFault.Permanent,
            "these credentials may not do that: allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on the bucket"),
        // A body that was cut on its way can look like any bad request, and 409 and 412 are decided by others in the same moment.
        HttpStatusCode.InsufficientStorage => (StorageFault.Full, "free space in the bucket, or raise its quota"),
        HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed or HttpStatusCode.MovedPermanently or HttpStatusCode.RequestedRangeNotSatisfiable => (StorageFault.Permanent, null),
        _ => (StorageFault.Transient, null),
    };

    private static StorageException OfClient(string doing, AmazonClientException error)
    {
        if (!error.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase))
            return new($"{doing}: {Innermost(error).Message}", StorageFault.Transient, error);
        return new($"{doing}: no credentials were found", StorageFault.Permanent, error,
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY), a profile, or give this machine a role");
    }

    /// <summary>Some stores send no text.</summary>
    private static string Said(AmazonServiceException error)
    {
        var code = error.ErrorCode is { Length: > 0 } known ? known : error.StatusCode.ToString();
        var status = $"{code} (HTTP {(int)error.StatusCode})";
        return string.IsNullOrWhiteSpace(error.Message) || error is not AmazonS3Exception ? status : $"{status}: {error.Message.TrimEnd('.')}";
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner and (HttpRequestException or IOException or System.Net.Sockets.SocketException) ? Innermost(inner) : error;
}

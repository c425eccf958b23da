using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Litestream.Storage.S3;

/// <summary>Turns what a store or the way to it said into a <see cref="StorageException"/>: here it is decided what may pass by itself.</summary>
internal static class S3Fault
{
    private const string CheckTheWay = "look whether the store runs, whether the endpoint is right, and whether this machine reaches it";
    private const string CheckTheEndpoint = "what answers there is no S3 store: correct the endpoint, or look for a proxy or a sign-in page in between";
    private const string CheckTheName = "look whether the endpoint and the bucket's name are right";

    /// <param name="operation">What kind of request it was.</param>
    /// <param name="doing">What was being done, to what: <c>publish s3://bucket/…/x.ltx</c>.</param>
    /// <param name="where">The store: its endpoint.</param>
    /// <param name="error">What the SDK threw.</param>
    public static StorageException Of(StorageOperation operation, string doing, string where, Exception error) => error switch
    {
        StorageException known => known,
        InvalidDataException => new($"{doing} at {where}: {error.Message}", StorageFault.Transient, error, CheckTheEndpoint),
        AmazonUnmarshallingException => NoStore(doing, where, error),
        AmazonServiceException service => Of(operation, $"{doing} at {where}", service),
        AmazonClientException client => OfClient($"{doing} at {where}", client),
        OperationCanceledException => new($"{doing} at {where}: no answer, and nothing was sent or came for a while", StorageFault.Transient, error, CheckTheWay),
        HttpRequestException or IOException or SocketException => new($"{doing} at {where}: {Innermost(error).Message.TrimEnd('.')}", StorageFault.Transient, error, CheckTheWay),
        _ => NoStore(doing, where, error),
    };

    /// <summary>The name is taken, or was when this request of several like it was decided.</summary>
    public static bool IsTaken(AmazonServiceException error) => error.StatusCode == HttpStatusCode.PreconditionFailed || error.ErrorCode == "PreconditionFailed";

    public static bool IsNoSuchUpload(AmazonServiceException error) => error.ErrorCode == "NoSuchUpload";

    /// <summary>The store asks for less.</summary>
    public static bool IsThrottling(Exception error) => error is AmazonServiceException service
        && (service.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            || service.ErrorCode is "SlowDown" or "Throttling" or "ThrottlingException" or "ThrottledException" or "RequestLimitExceeded"
                or "TooManyRequests" or "TooManyRequestsException" or "RequestThrottled" or "BandwidthLimitExceeded");

    /// <summary>How long it wants to be left alone, if it says so.</summary>
    public static TimeSpan? RetryAfter(Exception error) =>
        error.InnerException is Amazon.Runtime.Internal.HttpErrorResponseException { Response: { } response }
        && int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Whoever asks hears the same, whatever for.</summary>
    public static bool ConcernsAll(Exception error) => error is AmazonClientException || (error is AmazonServiceException service
        && (service.ErrorCode is "NoSuchBucket" or "InvalidBucketName" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken"
            or "TokenRefreshRequired" or "RequestTimeTooSkewed" or "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException"
            || IsRedirect(service.StatusCode)));

    private static StorageException Of(StorageOperation operation, string doing, AmazonServiceException error)
    {
        var (fault, hint) = Judge(operation, error);
        return new($"{doing}: {Said(error)}", fault, error, hint);
    }

    private static (StorageFault Fault, string? Hint) Judge(StorageOperation operation, AmazonServiceException error) => error.ErrorCode switch
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
        _ => ByStatus(operation, error.StatusCode),
    };

    private static (StorageFault Fault, string? Hint) ByStatus(StorageOperation operation, HttpStatusCode status) => status switch
    {
        // Where no object was asked for, it is the bucket that is not there, or something that knows of no buckets.
        HttpStatusCode.NotFound => operation == StorageOperation.Get ? (StorageFault.Missing, null) : (StorageFault.Permanent, CheckTheName),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (StorageFault.Permanent,
            "these credentials may not do that: allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on the bucket"),
        HttpStatusCode.InsufficientStorage => (StorageFault.Full, "free space in the bucket, or raise its quota"),
        HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed or HttpStatusCode.RequestedRangeNotSatisfiable => (StorageFault.Permanent, CheckTheEndpoint),
        _ when IsRedirect(status) => (StorageFault.Permanent, "the store sends elsewhere: correct the endpoint, or name the bucket's region with -region"),
        >= HttpStatusCode.InternalServerError => (StorageFault.Transient, CheckTheWay),
        // A body that was cut on its way can look like any bad request, and 409 and 412 are decided by others in the same moment.
        _ => (StorageFault.Transient, null),
    };

    private static StorageException OfClient(string doing, AmazonClientException error)
    {
        if (error.Message.Contains("profile", StringComparison.OrdinalIgnoreCase))
            return new($"{doing}: {error.Message.TrimEnd('.')}", StorageFault.Permanent, error, "correct AWS_PROFILE, or the file with the profiles (AWS_SHARED_CREDENTIALS_FILE)");
        if (!error.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase))
            return new($"{doing}: {Innermost(error).Message}", StorageFault.Transient, error, CheckTheWay);
        return new($"{doing}: no credentials were found", StorageFault.Permanent, error,
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY), a profile, or give this machine a role");
    }

    /// <summary>What the SDK made of an answer that is none of S3: its own words are about its own inside.</summary>
    private static StorageException NoStore(string doing, string where, Exception error) =>
        new($"{doing} at {where}: the answer is none of an S3 store ({error.GetType().Name})", StorageFault.Transient, error, CheckTheEndpoint);

    private static bool IsRedirect(HttpStatusCode status) => (int)status is >= 300 and < 400 and not 304;

    /// <summary>Some stores send no text, and then the SDK writes some.</summary>
    private static string Said(AmazonServiceException error)
    {
        var code = error.ErrorCode is { Length: > 0 } known ? known : error.StatusCode.ToString();
        var status = $"{code} (HTTP {(int)error.StatusCode})";
        var hasText = error is AmazonS3Exception && !string.IsNullOrWhiteSpace(error.Message) && !error.Message.StartsWith("Error making request", StringComparison.Ordinal);
        return hasText ? $"{status}: {error.Message.TrimEnd('.')}" : status;
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner and (HttpRequestException or IOException or SocketException) ? Innermost(inner) : error;
}

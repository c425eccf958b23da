using Microsoft.Extensions.Logging;

namespace Litestream.Storage.S3;

/// <summary>What S3 replicas say: ids 3000 and up.</summary>
internal static partial class S3Log
{
    [LoggerMessage(3000, LogLevel.Debug, "{Message}; try {Attempt} in {Milliseconds:0} ms")]
    public static partial void TriesAgain(this ILogger log, string message, int attempt, double milliseconds);

    [LoggerMessage(3001, LogLevel.Warning, "The store asks for fewer requests ({Doing}): all wait {Milliseconds:0} ms")]
    public static partial void Throttled(this ILogger log, string doing, double milliseconds);

    [LoggerMessage(3002, LogLevel.Warning, "fencing: advisory; the store of {Url} ignores conditional writes, so two agents on one replica in the same moment are not told apart")]
    public static partial void FencingIsAdvisory(this ILogger log, string url);

    [LoggerMessage(3003, LogLevel.Debug, "fencing: enforced by the store of {Url}")]
    public static partial void FencingIsEnforced(this ILogger log, string url);

    [LoggerMessage(3004, LogLevel.Warning, "An upload of {Key} that failed could not be taken back ({Message}); a lifecycle rule of the bucket should abort incomplete uploads")]
    public static partial void UploadLeft(this ILogger log, string key, string message);

    [LoggerMessage(3005, LogLevel.Information, "Took back an upload of {Key} that was begun at {Begun:u} and never completed")]
    public static partial void UploadTakenBack(this ILogger log, string key, DateTime begun);

    [LoggerMessage(3006, LogLevel.Debug, "Uploads that an agent may have left behind are not looked for: {Message}")]
    public static partial void UploadsNotListed(this ILogger log, string message);

    [LoggerMessage(3007, LogLevel.Warning, "skipVerify: the certificate of {Store} is not checked; whoever is in between can read and change what goes there")]
    public static partial void CertificateUnchecked(this ILogger log, string store);
}

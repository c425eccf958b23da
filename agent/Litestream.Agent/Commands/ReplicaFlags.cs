using System.CommandLine;

namespace Litestream.Agent.Commands;

/// <summary>Where the backups go. What can be said of a bucket by flags is what its URL says; they become one URL, which every message shows.</summary>
internal sealed class ReplicaFlags
{
    private const string S3 = "s3://";

    public Option<string?> Url { get; } = Flag.Text("-replica", "URL", "s3://bucket/path or file:///folder [./backups]");

    public Option<string?> Bucket { get; } = Flag.Text("-bucket", "NAME", "an S3 bucket; the same as -replica s3://NAME");

    public Option<string?> Region { get; } = Flag.Text("-region", "REGION", "of the bucket [AWS_REGION, the profile's, us-east-1]");

    public Option<string?> Endpoint { get; } = Flag.Text("-endpoint", "URL", "of a store other than AWS, http://host:port");

    public Option<bool> ForcePathStyle { get; } = Flag.Switch("-force-path-style", "bucket in the path, not in the host [with -endpoint]");

    public Option<string?> Sse { get; } = Flag.OneOf("-sse", "MODE", "encryption at rest [AES256 on AWS]", "auto", "aws:kms", "none");

    public Option<string?> SseKmsKeyId { get; } = Flag.Text("-sse-kms-key-id", "ID", "key of -sse aws:kms [the account's]");

    public Option[] Group => [.. MainGroup, .. RareGroup];

    public Option[] MainGroup => [Url, Bucket, Region, Endpoint];

    /// <summary>What few buckets need.</summary>
    public Option[] RareGroup => [ForcePathStyle, Sse, SseKmsKeyId];

    /// <summary>The URL, or a folder's path; null when nothing is said.</summary>
    public string? Read(ParseResult parsed)
    {
        var (url, bucket) = (parsed.GetValue(Url), parsed.GetValue(Bucket));
        if (url is not null && bucket is not null)
            throw new UsageException("-bucket and -replica both say where the backups go", "give one of them; -replica s3://bucket/path keeps them below a path");
        if (bucket is not null && bucket.AsSpan().ContainsAny("/?#:"))
            throw new UsageException($"-bucket: \"{bucket}\" is no bucket's name", "a path goes into the URL: -replica s3://bucket/path");
        url ??= bucket is null ? null : S3 + bucket;
        var parameters = Parameters(parsed).ToList();
        if (parameters.Count == 0)
            return url;
        if (url is null || !url.StartsWith(S3, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"{parameters[0].Flag} is about an S3 bucket", "name it with -bucket NAME or -replica s3://bucket/path");
        foreach (var (flag, name, value) in parameters)
        {
            if (url.Contains($"?{name}=", StringComparison.OrdinalIgnoreCase) || url.Contains($"&{name}=", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"{flag} and the URL both say it", $"leave {name}= out of the URL, or the flag");
            url += $"{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        }
        return url;
    }

    private IEnumerable<(string Flag, string Name, string Value)> Parameters(ParseResult parsed)
    {
        if (parsed.GetValue(Endpoint) is { } endpoint)
            yield return (Endpoint.Name, "endpoint", endpoint);
        if (parsed.GetValue(Region) is { } region)
            yield return (Region.Name, "region", region);
        if (parsed.GetValue(ForcePathStyle))
            yield return (ForcePathStyle.Name, "forcePathStyle", "true");
        if (parsed.GetValue(Sse) is { } sse)
            yield return (Sse.Name, "sse", sse);
        if (parsed.GetValue(SseKmsKeyId) is { } key)
            yield return (SseKmsKeyId.Name, "sseKmsKeyId", key);
    }
}

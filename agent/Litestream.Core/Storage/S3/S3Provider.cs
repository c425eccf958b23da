using System.Net;

namespace Litestream.Storage.S3;

/// <summary>Hosts that name bucket, endpoint and region at once, and what stores other than AWS need to be treated differently in.</summary>
internal static class S3Provider
{
    private const string Aws = ".amazonaws.com";

    /// <summary>Reads the part of a URL before its path; null when it can be nothing.</summary>
    public static S3Location? Of(string authority)
    {
        if (authority.StartsWith("arn:", StringComparison.Ordinal))
            return authority.Split(':') is [_, _, "s3", var region, _, ['a', 'c', 'c', 'e', 's', 's', 'p', 'o', 'i', 'n', 't', '/', ..]] ? new() { Bucket = authority, Region = region } : null;
        if (authority.Contains(':', StringComparison.Ordinal))
            return OfHostAndPort(authority);
        var labels = authority.Split('.');
        return labels switch
        {
            [.., "s3", "amazonaws", "com"] => new() { Bucket = Bucket(labels, 3) },
            [.., "s3", var region, "amazonaws", "com"] => new() { Bucket = Bucket(labels, 4), Region = region },
            [.., var region, "digitaloceanspaces", "com"] => new() { Bucket = Bucket(labels, 3), Region = region, Endpoint = Https($"{region}.digitaloceanspaces.com") },
            [.., "s3", var region, "backblazeb2", "com"] => new() { Bucket = Bucket(labels, 4), Region = region, Endpoint = Https($"s3.{region}.backblazeb2.com"), ForcePathStyle = true },
            [.., "s3", "filebase", "com"] => new() { Bucket = Bucket(labels, 3), Region = "us-east-1", Endpoint = Https("s3.filebase.com"), ForcePathStyle = true },
            [.., "s3", var region, "scw", "cloud"] => new() { Bucket = Bucket(labels, 4), Region = region, Endpoint = Https($"s3.{region}.scw.cloud") },
            _ when authority.EndsWith(Aws, StringComparison.Ordinal) => null,
            _ => IsBucketName(authority) ? new() { Bucket = authority } : null,
        };
    }

    /// <summary>After endpoint and parameters are known.</summary>
    public static S3Location WithQuirks(S3Location location)
    {
        // R2 refuses more than two parts of an upload at a time now and then.
        var isR2 = location.Endpoint?.Host.EndsWith(".r2.cloudflarestorage.com", StringComparison.Ordinal) == true;
        return isR2 ? location with { Concurrency = Math.Min(2, location.Concurrency) } : location;
    }

    /// <summary>As people write it, Supabase's with a path; without scheme http for this machine and private networks, else https. Null when it is no address.</summary>
    public static Uri? Endpoint(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var isAddress = Uri.TryCreate(hasScheme ? text : "https://" + text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.Host.Length > 0 && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
        if (!isAddress)
            return null;
        return hasScheme || !IsPrivate(address!.Host) ? address : new("http://" + text);
    }

    /// <summary><c>bucket.host:port</c>, as MinIO's users write it.</summary>
    private static S3Location? OfHostAndPort(string authority)
    {
        var dot = authority.IndexOf('.', StringComparison.Ordinal);
        // An address without a bucket before it: its first number is none.
        var isAddress = IPAddress.TryParse(authority[..authority.LastIndexOf(':')], out _);
        return dot <= 0 || isAddress || Endpoint(authority[(dot + 1)..]) is not { } endpoint ? null
            : new() { Bucket = authority[..dot], Endpoint = endpoint, ForcePathStyle = true };
    }

    private static string Bucket(string[] labels, int domain) => string.Join('.', labels[..^domain]);

    private static Uri Https(string host) => new("https://" + host);

    private static bool IsBucketName(string name) =>
        name.Length is 0 or (>= 3 and <= 255) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static bool IsPrivate(string host)
    {
        if (host is "localhost" || host.EndsWith(".local", StringComparison.Ordinal) || host.EndsWith(".localhost", StringComparison.Ordinal))
            return true;
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return false;
        if (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal)
            return true;
        return address.GetAddressBytes() is [10, ..] or [192, 168, ..] or [172, >= 16 and <= 31, ..] or [169, 254, ..];
    }
}

using System.Text;

namespace Litestream.Storage.S3;

/// <summary>Where in S3 the replicas are and how to talk to the store: a replica URL after its checks. Holds no credentials.</summary>
internal sealed record S3Location
{
    /// <summary>Name of the bucket, or ARN of an access point.</summary>
    public required string Bucket { get; init; }

    /// <summary>Path in the bucket without slashes at its ends; empty for the bucket itself.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// What genuine Litestream puts before the level of a replica that is not in any path: <c>s3://bucket/</c> gives keys that begin with a slash,
    /// <c>s3://bucket</c> keys that begin with <c>./</c>. Reproduced, or such buckets would look empty.
    /// </summary>
    public string KeysWithoutPath { get; init; } = "./";

    /// <summary>With scheme; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Null: what the SDK finds in environment and profile.</summary>
    public string? Region { get; init; }

    /// <summary>Null: yes for a custom endpoint, no for AWS.</summary>
    public bool? ForcePathStyle { get; init; }

    public S3Encryption Encryption { get; init; } = S3Encryption.Auto;

    /// <summary>Null: the bucket's.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Files from this size on go in parts of this size, larger ones where there would be more than 10,000. Default 8 MiB, at least 5.</summary>
    public long PartSizeBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Parts of one file in flight.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Trust any certificate.</summary>
    public bool SkipVerify { get; init; }

    /// <summary>Each body is signed, so that the store notices a damaged one. Off only over TLS.</summary>
    public bool SignPayload { get; init; } = true;

    /// <summary>The query of the URL, without secrets and what is default: people copy it.</summary>
    public IReadOnlyList<(string Name, string Value)> Parameters { get; init; } = [];

    /// <summary>Who is asked, for messages.</summary>
    public string Store => Endpoint is { } endpoint ? endpoint.ToString().TrimEnd('/') : Region is { } region ? $"AWS ({region})" : "AWS";

    public bool IsPathStyle => ForcePathStyle ?? Endpoint is not null;

    /// <summary>Tigris answers from the nearest copy unless told otherwise.</summary>
    public bool IsTigris => Endpoint is { Host: "fly.storage.tigris.dev" or "t3.storage.dev" };

    public string Identity => $"{S3Url.Scheme}{Bucket}/{Prefix}{(Endpoint is { } endpoint ? $"?endpoint={endpoint.Authority}{endpoint.AbsolutePath.TrimEnd('/')}" : "")}";

    /// <summary>Beginning of the keys below <paramref name="path"/>: ends with a slash.</summary>
    public string KeysBelow(string path) => Join(Prefix, path) is { Length: > 0 } joined ? joined + "/" : KeysWithoutPath;

    /// <summary>Beginning of the folders below <paramref name="path"/>: those of a bucket have nothing in front.</summary>
    public string FoldersBelow(string path) => Join(Prefix, path) is { Length: > 0 } joined ? joined + "/" : "";

    public string UrlOf(string path)
    {
        var url = new StringBuilder(S3Url.Scheme).Append(Bucket);
        if (Join(Prefix, path) is { Length: > 0 } joined)
            url.Append('/').Append(joined.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal));
        else if (KeysWithoutPath == "/")
            url.Append('/');
        for (var i = 0; i < Parameters.Count; i++)
            url.Append(i == 0 ? '?' : '&').Append(Parameters[i].Name).Append('=').Append(Escape(Parameters[i].Value));
        return url.ToString();
    }

    private static string Join(string prefix, string path) => prefix.Length == 0 ? path : path.Length == 0 ? prefix : $"{prefix}/{path}";

    /// <summary>As little as can be: an endpoint stays readable, and shells and people see the same.</summary>
    private static string Escape(string value) => Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal);
}

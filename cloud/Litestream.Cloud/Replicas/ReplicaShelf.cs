using System.Collections.Concurrent;
using Litestream.Cloud.Configuration;
using Litestream.Storage;
using Litestream.Storage.S3;

namespace Litestream.Cloud.Replicas;

/// <summary>
/// Replicas by the URLs of the catalogue. What agents write to one bucket is reached through one client, as each has connections of its own, wherever in the
/// bucket it lies.
/// </summary>
internal sealed class ReplicaShelf(CloudOptions options, TimeProvider time) : IDisposable
{
    /// <summary>A fleet has a few buckets; URLs without end are somebody's mistake.</summary>
    private const int MostBuckets = 32;

    private readonly ConcurrentDictionary<string, Lazy<S3Root>> _buckets = new(StringComparer.Ordinal);

    /// <summary>Reads from it are retried below as any of the engine's. Throws <see cref="LitestreamException"/> for a URL that names no replica.</summary>
    public IReplicaStorage Open(string url)
    {
        var (root, path) = Locate(url);
        return root.Open(path);
    }

    /// <summary>What lies there beside LTX files. Throws as <see cref="Open"/> does.</summary>
    public IPlainFiles OpenPlain(string url)
    {
        var (root, path) = Locate(url);
        return root.OpenPlain(path);
    }

    /// <summary>Whether there is a way to it from here: a folder of another machine is none, though one of its name may be made here. Throws as <see cref="Open"/> does.</summary>
    public bool IsInReach(string url)
    {
        var (root, _) = Locate(url);
        // …/databases/guid: a tenant's own folder may be gone, and that would be found; the place of all of them is there, or is elsewhere.
        return root.LocalFolder is not { } folder || Directory.Exists(folder) || Directory.Exists(Path.GetDirectoryName(folder));
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values.Where(b => b.IsValueCreated))
            bucket.Value.Dispose();
    }

    private (ReplicaRoot Root, string Path) Locate(string url)
    {
        // A folder's root holds nothing that somebody had to give back.
        if (!url.StartsWith(S3Url.Scheme, StringComparison.OrdinalIgnoreCase))
            return (ReplicaRoot.Parse(url, new() { Time = time }), "");
        var location = S3Url.Parse(url, options.S3Endpoint);
        RequireKnown(location);
        return (BucketOf(location.Prefix.Length == 0 ? location : location with { Prefix = "" }), location.Prefix);
    }

    private S3Root BucketOf(S3Location bucket)
    {
        var url = bucket.UrlOf("");
        if (_buckets.Count >= MostBuckets && !_buckets.ContainsKey(url))
            throw new LitestreamException($"{url} is one bucket too many: this API reads from {MostBuckets}");
        return _buckets.GetOrAdd(url, _ => new(() => new(bucket, new() { Endpoint = options.S3Endpoint, Time = time }))).Value;
    }

    /// <summary>Whoever can write an item of the catalogue must not choose to whom this program signs requests.</summary>
    private void RequireKnown(S3Location location)
    {
        if (location.Endpoint is not { } endpoint)
            return;
        if (options.S3Endpoint is null || !Uri.TryCreate(options.S3Endpoint, UriKind.Absolute, out var known) || known.Authority != endpoint.Authority)
            throw new LitestreamException($"this API is configured for no store at {endpoint.Authority}", hint: "AWS_ENDPOINT_URL_S3 names it");
    }
}

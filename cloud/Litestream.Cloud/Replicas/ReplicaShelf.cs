using System.Collections.Concurrent;
using Litestream.Cloud.Configuration;
using Litestream.Storage;

namespace Litestream.Cloud.Replicas;

/// <summary>
/// Replicas by the URLs of the catalogue. What agents write to one place is reached through one client, as each has connections of its own: <c>…/databases/guid</c>
/// is opened below its root.
/// </summary>
internal sealed class ReplicaShelf(CloudOptions options, TimeProvider time) : IDisposable
{
    private const string Databases = "/databases/";

    /// <summary>A fleet has a few places; URLs without end are somebody's mistake, and get clients that nobody keeps.</summary>
    private const int MostRoots = 32;

    private readonly ConcurrentDictionary<string, Lazy<ReplicaRoot>> _roots = new(StringComparer.Ordinal);

    /// <summary>Reads from it are retried below as any of the engine's. Throws <see cref="LitestreamException"/> for a URL that names no replica.</summary>
    public IReplicaStorage Open(string url)
    {
        var split = url.Contains('?', StringComparison.Ordinal) ? -1 : url.LastIndexOf(Databases, StringComparison.Ordinal);
        var (place, path) = split > 0 ? (url[..split], url[(split + 1)..]) : (url, "");
        var root = _roots.Count < MostRoots || _roots.ContainsKey(place)
            ? _roots.GetOrAdd(place, p => new(() => Parse(p))).Value
            : Parse(place);
        return root.Open(path);
    }

    public void Dispose()
    {
        foreach (var root in _roots.Values.Where(r => r.IsValueCreated))
            root.Value.Dispose();
    }

    private ReplicaRoot Parse(string url) => ReplicaRoot.Parse(url, new() { Endpoint = options.S3Endpoint, Time = time });
}

using System.Diagnostics.CodeAnalysis;

namespace Litestream.Tests.Servers;

/// <summary>What the store holds; every step is one under its lock.</summary>
internal sealed class S3Store
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, S3Object>> _buckets = [];
    private readonly Dictionary<string, (string Key, DateTimeOffset Begun, IReadOnlyDictionary<string, string> Headers, SortedDictionary<int, byte[]> Parts)> _uploads = [];

    /// <summary>Uploads begun and neither completed nor aborted.</summary>
    public int OpenUploads
    {
        get
        {
            lock (_lock)
                return _uploads.Count;
        }
    }

    public void CreateBucket(string bucket)
    {
        lock (_lock)
            _buckets.TryAdd(bucket, new(StringComparer.Ordinal));
    }

    public bool HasBucket(string bucket)
    {
        lock (_lock)
            return _buckets.ContainsKey(bucket);
    }

    public int Count(string bucket)
    {
        lock (_lock)
            return _buckets[bucket].Count;
    }

    public IReadOnlyList<string> Keys(string bucket)
    {
        lock (_lock)
            return [.. _buckets[bucket].Keys];
    }

    public IReadOnlyList<KeyValuePair<string, S3Object>> List(string bucket, string prefix)
    {
        lock (_lock)
            return [.. _buckets[bucket].Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    public bool TryGet(string bucket, string key, [NotNullWhen(true)] out S3Object? found)
    {
        lock (_lock)
            return _buckets[bucket].TryGetValue(key, out found);
    }

    /// <summary>False when it is there and must not be.</summary>
    public bool Put(string bucket, string key, byte[] content, IReadOnlyDictionary<string, string> headers, bool onlyIfAbsent)
    {
        lock (_lock)
        {
            if (onlyIfAbsent && _buckets[bucket].ContainsKey(key))
                return false;
            _buckets[bucket][key] = new(content, DateTimeOffset.UtcNow, headers);
            return true;
        }
    }

    public void Delete(string bucket, string key)
    {
        lock (_lock)
            _buckets[bucket].Remove(key);
    }

    /// <summary>Everything was stored that much earlier.</summary>
    public void Age(string bucket, TimeSpan by)
    {
        lock (_lock)
        {
            foreach (var (key, found) in _buckets[bucket].ToList())
                _buckets[bucket][key] = found with { StoredAt = found.StoredAt - by };
        }
    }

    public string BeginUpload(string key, IReadOnlyDictionary<string, string> headers)
    {
        lock (_lock)
        {
            var id = Guid.NewGuid().ToString("n");
            _uploads[id] = (key, DateTimeOffset.UtcNow, headers, []);
            return id;
        }
    }

    public bool AddPart(string uploadId, int number, byte[] content)
    {
        lock (_lock)
        {
            if (!_uploads.TryGetValue(uploadId, out var upload))
                return false;
            upload.Parts[number] = content;
            return true;
        }
    }

    /// <summary>Null: there is no such upload (any more). False: the key is taken.</summary>
    public bool? CompleteUpload(string bucket, string uploadId, bool onlyIfAbsent)
    {
        lock (_lock)
        {
            if (!_uploads.TryGetValue(uploadId, out var upload))
                return null;
            if (!Put(bucket, upload.Key, [.. upload.Parts.Values.SelectMany(p => p)], upload.Headers, onlyIfAbsent))
                return false;
            _uploads.Remove(uploadId);
            return true;
        }
    }

    public IReadOnlyList<(string Id, string Key, DateTimeOffset Begun)> ListUploads(string prefix)
    {
        lock (_lock)
            return [.. _uploads.Where(u => u.Value.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(u => (u.Key, u.Value.Key, u.Value.Begun))];
    }

    public bool AbortUpload(string uploadId)
    {
        lock (_lock)
            return _uploads.Remove(uploadId);
    }
}

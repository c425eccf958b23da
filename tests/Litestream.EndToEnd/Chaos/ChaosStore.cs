using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Chaos;

/// <summary>The object store: Ceph where it can be had, else ours; agents reach it through a proxy that spoils what passes, the witness goes straight to it.</summary>
internal sealed class ChaosStore : IAsyncDisposable
{
    public const string Bucket = "chaos";

    private readonly CephServer? _ceph;
    private readonly S3Server? _own;
    private readonly AmazonS3Client _client;

    private ChaosStore(CephServer? ceph, S3Server? own)
    {
        (_ceph, _own) = (ceph, own);
        Endpoint = ceph?.Endpoint ?? own!.Endpoint;
        (AccessKeyId, SecretAccessKey) = ceph is null ? (S3Server.AccessKeyId, S3Server.SecretAccessKey) : (CephServer.AccessKeyId, CephServer.SecretAccessKey);
        _client = new(AccessKeyId, SecretAccessKey, new AmazonS3Config
        {
            ServiceURL = Endpoint,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        });
    }

    public string Endpoint { get; }

    public string AccessKeyId { get; }

    public string SecretAccessKey { get; }

    public string Name => _ceph is null ? "own S3 server" : "Ceph";

    public bool CanBeKilled => _ceph is not null;

    /// <summary>Null without Node.</summary>
    public FaultProxy? Proxy { get; private set; }

    /// <summary>Held by who restores, one after the other, and by who kills the store.</summary>
    public SemaphoreSlim IsUp { get; } = new(1);

    /// <summary>As agents reach it.</summary>
    public string AgentsUrl => UrlAt(Proxy is { } proxy ? $"http://127.0.0.1:{proxy.Port}" : Endpoint);

    public string StraightUrl => UrlAt(Endpoint);

    public static async Task<ChaosStore> StartAsync()
    {
        var store = CephServer.IsWanted ? new ChaosStore(CephServer.Start(keeps: true), null) : new ChaosStore(null, await S3Server.StartAsync(Bucket));
        if (store._own is { } own)
            own.KeepsRequests = false;
        else
            await store._client.PutBucketAsync(Bucket);
        if (Need.OnPath("node"))
            store.Proxy = await FaultProxy.StartAsync(Path.Combine(Repository.Root, "tests", "Servers", "faultproxy.mjs"), new Uri(store.Endpoint).Port);
        return store;
    }

    public void Kill() => _ceph!.Kill();

    public void Start() => _ceph!.Start();

    /// <summary>It does, after a start.</summary>
    public Task AnswersAsync() => Eventually.PassesAsync(() => _client.ListObjectsV2Async(new() { BucketName = Bucket, MaxKeys = 1 }));

    /// <summary>What can be restored from, <c>databases/GUID/LEVEL/FIRST-LAST.ltx</c>, each with a word that is another one for every other content. Beside it lies what drills left.</summary>
    /// <param name="tenant">Of one; null: of all.</param>
    public async Task<IReadOnlyDictionary<string, string>> FilesAsync(string? tenant = null) =>
        (await TagsAsync(tenant is null ? "databases/" : $"databases/{tenant}/")).Where(t => t.Key.EndsWith(".ltx", StringComparison.Ordinal)).ToDictionary();

    /// <summary>Everything of some tenants.</summary>
    public async Task DeleteAllAsync(IReadOnlySet<string> tenants)
    {
        var prefix = tenants.Count == 1 ? $"databases/{tenants.First()}/" : "databases/";
        await Parallel.ForEachAsync((await TagsAsync(prefix)).Keys.Where(key => tenants.Contains(key.Split('/')[1])), async (key, _) => await DeleteAsync(key));
    }

    public Task DeleteAsync(string key) => _client.DeleteObjectAsync(Bucket, key);

    /// <summary>Null when it is gone.</summary>
    public async Task<byte[]?> ReadAsync(string key)
    {
        try
        {
            using var answer = await _client.GetObjectAsync(Bucket, key);
            using var content = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(content);
            return content.ToArray();
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Over what is there: nobody else may.</summary>
    public Task OverwriteAsync(string key, byte[] content) => _client.PutObjectAsync(new PutObjectRequest
    {
        BucketName = Bucket,
        Key = key,
        InputStream = new MemoryStream(content),
        UseChunkEncoding = false,
    });

    public async ValueTask DisposeAsync()
    {
        Proxy?.Dispose();
        _client.Dispose();
        IsUp.Dispose();
        _ceph?.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
    }

    /// <summary>The objects below a prefix, each with its word.</summary>
    private async Task<IReadOnlyDictionary<string, string>> TagsAsync(string prefix)
    {
        var tags = new Dictionary<string, string>();
        string? next = null;
        do
        {
            var page = await _client.ListObjectsV2Async(new() { BucketName = Bucket, Prefix = prefix, ContinuationToken = next });
            foreach (var found in page.S3Objects ?? [])
                tags[found.Key] = $"{found.ETag} {found.Size}";
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
        return tags;
    }

    private static string UrlAt(string endpoint) => $"s3://{Bucket}?endpoint={endpoint}&region=us-east-1&forcePathStyle=true";
}

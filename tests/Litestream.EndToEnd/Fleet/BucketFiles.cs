using System.Buffers.Binary;
using System.Net;
using Amazon.S3;
using Litestream.EndToEnd.Buckets;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Fleet;

/// <summary>The store of a fleet in a bucket of a real object store, and who wrote what there.</summary>
internal sealed class BucketFiles : IDisposable
{
    private readonly CephServer _ceph = CephServer.Start();
    private readonly AmazonS3Client _client;

    private BucketFiles() => _client = new(CephServer.AccessKeyId, CephServer.SecretAccessKey, new AmazonS3Config { ServiceURL = _ceph.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    public static async Task<BucketFiles> BeginAsync()
    {
        var bucket = new BucketFiles();
        await bucket._client.PutBucketAsync(BucketRun.Bucket);
        return bucket;
    }

    public void Use(Sandbox sandbox) => sandbox.UseBucket(_ceph.Url(BucketRun.Bucket), CephServer.AccessKeyId, CephServer.SecretAccessKey);

    /// <summary>What others say of credentials does not count.</summary>
    public static void KeepAccess(Dictionary<string, string> variables) =>
        (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) = (CephServer.AccessKeyId, CephServer.SecretAccessKey);

    /// <summary>Each file of the tenant's with the agent instance that wrote it; one that goes meanwhile is left out.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="at">Where in a file that stands, four bytes.</param>
    public async Task<IReadOnlyList<(uint Writer, string Name)>> WritersAsync(Tenant tenant, int at)
    {
        var files = new List<(uint Writer, string Name)>();
        var node = new byte[sizeof(uint)];
        foreach (var found in (await _client.ListObjectsV2Async(new() { BucketName = BucketRun.Bucket, Prefix = $"databases/{tenant.Id}/" })).S3Objects ?? [])
        {
            try
            {
                using var answer = await _client.GetObjectAsync(new() { BucketName = BucketRun.Bucket, Key = found.Key, ByteRange = new(at, at + node.Length - 1) });
                await answer.ResponseStream.ReadExactlyAsync(node);
                files.Add((BinaryPrimitives.ReadUInt32BigEndian(node), found.Key));
            }
            catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
            {
                // Retention.
            }
        }
        return files;
    }

    public void Dispose()
    {
        _client.Dispose();
        _ceph.Dispose();
    }
}

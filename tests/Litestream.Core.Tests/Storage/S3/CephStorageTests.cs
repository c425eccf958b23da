using Amazon.S3;
using Litestream.Storage;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Storage.S3;

/// <summary>The contract on a real object store, and what only a real one checks.</summary>
[NeedsCeph]
public sealed class CephStorageTests : S3StorageContract
{
    private static readonly Lazy<CephServer> Server = new(() => CephServer.Start());
    private static readonly ReplicaAccess Access = new() { AccessKeyId = CephServer.AccessKeyId, SecretAccessKey = CephServer.SecretAccessKey };

    private readonly string _bucket = "bucket-" + Guid.NewGuid().ToString("n");

    public CephStorageTests()
    {
        using var client = Client();
        client.PutBucketAsync(_bucket).GetAwaiter().GetResult();
        Root = At(_bucket);
    }

    private protected override ReplicaRoot Root { get; }

    [ContractFact]
    public async Task A_wrong_secret_is_permanent_and_says_so()
    {
        using var root = ReplicaRoot.Parse(Server.Value.Url(_bucket), Access with { SecretAccessKey = "wrong" });
        var error = await Assert.ThrowsAsync<StorageException>(() => root.CheckAsync(default));
        Assert.Equal(StorageFault.Permanent, error.Fault);
        Assert.Contains("credentials", error.Hint, StringComparison.Ordinal);
        Assert.Equal(1, root.Requests.Values.Sum());
    }

    [ContractFact]
    public async Task Somebody_elses_bucket_is_permanent_and_says_so()
    {
        using var root = ReplicaRoot.Parse(Server.Value.Url(_bucket), Access with { AccessKeyId = CephServer.OtherAccessKeyId });
        var error = await Assert.ThrowsAsync<StorageException>(() => root.CheckAsync(default));
        Assert.Equal(StorageFault.Permanent, error.Fault);
        Assert.Contains("s3:PutObject", error.Hint, StringComparison.Ordinal);
        // The connection serves the next request: an unread body must not be taken for it.
        error = await Assert.ThrowsAsync<StorageException>(() => ReadAll(root.Open("a"), FileOf(0, 1, 1, "x")));
        Assert.Equal(StorageFault.Permanent, error.Fault);
    }

    [ContractFact]
    public async Task Encrypts_with_a_key_of_the_store_small_and_large()
    {
        using var root = At(_bucket, "&sse=aws:kms&sseKmsKeyId=testkey-1");
        foreach (var content in (string[])["small", new string('x', 6_000_000)])
        {
            var file = FileOf(9, 1, (ulong)content.Length, content);
            Assert.True(await root.Open("a").PublishAsync(file, Stage(content), default));
            Assert.True(content == await ReadAll(root.Open("a"), file));
        }
        using var wrong = At(_bucket, "&sse=aws:kms&sseKmsKeyId=no-such-key");
        await Assert.ThrowsAsync<StorageException>(() => wrong.Open("a").PublishAsync(FileOf(9, 1, 1, "x"), Stage("x"), default));
    }

    public override void Dispose()
    {
        base.Dispose();
        Root.Dispose();
    }

    private protected override ReplicaRoot At(string bucketAndPath, string more = "", TimeProvider? time = null) =>
        ReplicaRoot.Parse(Server.Value.Url(bucketAndPath) + "&partSize=5MB" + more, Access with { Time = time ?? TimeProvider.System });

    private protected override async Task<IReadOnlyList<string>> OpenUploadsAsync()
    {
        using var client = Client();
        return [.. (await client.ListMultipartUploadsAsync(_bucket)).MultipartUploads?.Select(u => u.Key) ?? []];
    }

    private protected override async Task LeaveUploadAsync(string key)
    {
        using var client = Client();
        await client.InitiateMultipartUploadAsync(_bucket, key);
    }

    private static AmazonS3Client Client() => new(CephServer.AccessKeyId, CephServer.SecretAccessKey,
        new AmazonS3Config { ServiceURL = Server.Value.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
}

using Litestream.EndToEnd.Scenarios;
using Litestream.EndToEnd.Soak;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Buckets;

/// <summary>The templates for buckets on a real object store.</summary>
[Collection(SoakCollection.Name)]
public sealed class TemplatesOnCephTests
{
    [NeedsCeph]
    public async Task Production_and_fly_replicate_and_restore()
    {
        using var run = new BucketRun();
        await run.CreateBucketAsync();
        await TemplateRun.ReplicatesAndRestoresAsync(run.Sandbox, "production-s3.yml",
            new() { ["DATA_DIR"] = run.Sandbox.Data, ["BACKUP_BUCKET"] = BucketRun.Bucket, ["S3_ENDPOINT"] = run.Ceph.Endpoint },
            "12345678-1234-5678-9abc-123456789012.db", "acme.db");
        await TemplateRun.ReplicatesAndRestoresAsync(run.Sandbox, "fly.yml", new()
        {
            ["DB_PATH"] = Path.Combine(run.Sandbox.Data, "app.db"),
            ["STATE_DIR"] = run.Sandbox.State,
            ["BUCKET_NAME"] = BucketRun.Bucket,
            ["AWS_ENDPOINT_URL_S3"] = run.Ceph.Endpoint,
            ["AWS_REGION"] = "us-east-1",
        }, "app.db");
        Assert.Contains("tenants/acme.db/0001/0000000000000001-0000000000000001.ltx", await run.KeysAsync());
    }
}

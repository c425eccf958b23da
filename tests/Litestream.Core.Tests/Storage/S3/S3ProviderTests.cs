using Amazon.S3.Model;
using Litestream.Storage.S3;

namespace Litestream.Core.Tests.Storage.S3;

/// <summary>Where requests go for the URLs that each provider's users write: bucket in the host name or in the path, and signed for which region.</summary>
public sealed class S3ProviderTests
{
    [Theory]
    [InlineData("s3://bucket/x?region=eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com/k", "eu-west-1")]
    [InlineData("s3://bucket/x?region=eu-west-1&forcePathStyle=true", "https://s3.eu-west-1.amazonaws.com/bucket/k", "eu-west-1")]
    [InlineData("s3://my.dotted.bucket/x.y/z?region=eu-west-1", "https://s3.eu-west-1.amazonaws.com/my.dotted.bucket/k", "eu-west-1")]
    [InlineData("s3://bucket.s3.us-west-2.amazonaws.com/x", "https://bucket.s3.us-west-2.amazonaws.com/k", "us-west-2")]
    [InlineData("s3://arn:aws:s3:us-west-2:123456789012:accesspoint/mine/x", "https://mine-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k", "us-west-2")]
    [InlineData("s3://bucket/x?endpoint=https://account.r2.cloudflarestorage.com&region=auto", "https://account.r2.cloudflarestorage.com/bucket/k", "auto")]
    [InlineData("s3://bucket/x?endpoint=http://127.0.0.1:9000", "http://127.0.0.1:9000/bucket/k", "us-east-1")]
    [InlineData("s3://bucket.minio.example.com:9000/x", "https://minio.example.com:9000/bucket/k", "us-east-1")]
    [InlineData("s3://bucket/x?endpoint=https://s3.us-west-002.backblazeb2.com&region=us-west-002", "https://s3.us-west-002.backblazeb2.com/bucket/k", "us-west-002")]
    [InlineData("s3://bucket.nyc3.digitaloceanspaces.com/x", "https://nyc3.digitaloceanspaces.com/bucket/k", "nyc3")]
    [InlineData("s3://bucket/x?endpoint=https://nyc3.digitaloceanspaces.com&region=nyc3&force-path-style=false", "https://bucket.nyc3.digitaloceanspaces.com/k", "nyc3")]
    [InlineData("s3://bucket/x?endpoint=s3.eu-central-1.wasabisys.com&region=eu-central-1", "https://s3.eu-central-1.wasabisys.com/bucket/k", "eu-central-1")]
    [InlineData("s3://bucket/x?endpoint=https://fly.storage.tigris.dev&region=auto", "https://fly.storage.tigris.dev/bucket/k", "auto")]
    [InlineData("s3://bucket/x?endpoint=https://t3.storage.dev&region=auto&forcePathStyle=false", "https://bucket.t3.storage.dev/k", "auto")]
    [InlineData("s3://bucket.s3.fr-par.scw.cloud/x", "https://s3.fr-par.scw.cloud/bucket/k", "fr-par")]
    [InlineData("s3://bucket.s3.filebase.com/x", "https://s3.filebase.com/bucket/k", "us-east-1")]
    [InlineData("s3://bucket/x?endpoint=https://fsn1.your-objectstorage.com&region=fsn1", "https://fsn1.your-objectstorage.com/bucket/k", "fsn1")]
    [InlineData("s3://bucket/x?endpoint=https://storage.googleapis.com&region=auto", "https://storage.googleapis.com/bucket/k", "auto")]
    [InlineData("s3://bucket/x?endpoint=https://project.supabase.co/storage/v1/s3&region=eu-west-3", "https://project.supabase.co/storage/v1/s3/bucket/k", "eu-west-3")]
    public async Task Requests_go_where_the_provider_expects_them(string url, string expected, string region)
    {
        var location = S3Url.Parse(url, null);
        using var connection = new S3Connection(location, new() { AccessKeyId = "AKID", SecretAccessKey = "secret" });
        // Asks nobody: it is what would be asked.
        var signed = new Uri(await connection.Client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = location.Bucket,
            Key = "k",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = location.Endpoint is { Scheme: "http" } ? Amazon.S3.Protocol.HTTP : Amazon.S3.Protocol.HTTPS,
        }));
        Assert.Equal(expected, signed.GetLeftPart(UriPartial.Path));
        Assert.Contains($"%2F{region}%2Fs3%2Faws4_request", signed.Query, StringComparison.Ordinal);
        Assert.Equal(location.Identity, S3Url.Parse(location.UrlOf(""), null).Identity);
    }

    [Theory]
    [InlineData("s3://bucket/x?endpoint=https://fly.storage.tigris.dev", true)]
    [InlineData("s3://bucket/x?endpoint=https://t3.storage.dev", true)]
    [InlineData("s3://bucket/x?endpoint=https://s3.wasabisys.com", false)]
    [InlineData("s3://bucket/x", false)]
    public void Tigris_is_asked_for_its_newest_state(string url, bool isTigris) => Assert.Equal(isTigris, S3Url.Parse(url, null).IsTigris);
}

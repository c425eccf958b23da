using Litestream.Storage;
using Litestream.Storage.S3;

namespace Litestream.Core.Tests.Storage.S3;

public sealed class S3UrlTests
{
    [Theory]
    [InlineData("s3://bucket/some/path", "bucket", "some/path", null, null, false)]
    [InlineData("S3://bucket/some//./path/", "bucket", "some/path", null, null, false)]
    [InlineData("s3://my.bucket/a%20b", "my.bucket", "a b", null, null, false)]
    [InlineData("s3://bucket/x?endpoint=http://127.0.0.1:9000&region=eu-1&forcePathStyle=true", "bucket", "x", "http://127.0.0.1:9000/", "eu-1", true)]
    [InlineData("s3://bucket/x?endpoint=store.example.com&force-path-style=false", "bucket", "x", "https://store.example.com/", null, false)]
    [InlineData("s3://bucket/x?endpoint=localhost:9000", "bucket", "x", "http://localhost:9000/", null, true)]
    [InlineData("s3://bucket/x?endpoint=10.1.2.3", "bucket", "x", "http://10.1.2.3/", null, true)]
    [InlineData("s3://bucket/x?endpoint=store.local", "bucket", "x", "http://store.local/", null, true)]
    [InlineData("s3://bucket.store.example.com:9000/x", "bucket", "x", "https://store.example.com:9000/", null, true)]
    [InlineData("s3://bucket.localhost:9000/x", "bucket", "x", "http://localhost:9000/", null, true)]
    [InlineData("s3://bucket.s3.eu-west-1.amazonaws.com/x", "bucket", "x", null, "eu-west-1", false)]
    [InlineData("s3://my.bucket.s3.amazonaws.com/x", "my.bucket", "x", null, null, false)]
    [InlineData("s3://bucket.nyc3.digitaloceanspaces.com/x", "bucket", "x", "https://nyc3.digitaloceanspaces.com/", "nyc3", true)]
    [InlineData("s3://bucket.s3.us-west-002.backblazeb2.com/x", "bucket", "x", "https://s3.us-west-002.backblazeb2.com/", "us-west-002", true)]
    [InlineData("s3://bucket.s3.filebase.com/x", "bucket", "x", "https://s3.filebase.com/", "us-east-1", true)]
    [InlineData("s3://bucket.s3.fr-par.scw.cloud/x", "bucket", "x", "https://s3.fr-par.scw.cloud/", "fr-par", true)]
    [InlineData("s3://arn:aws:s3:us-west-2:123456789012:accesspoint/mine/some/path", "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", "some/path", null, "us-west-2", false)]
    public void Reads_the_forms_of_genuine_Litestream(string url, string bucket, string prefix, string? endpoint, string? region, bool isPathStyle)
    {
        var location = S3Url.Parse(url, null);
        var again = S3Url.Parse(location.UrlOf(""), null);
        Assert.All([location, again], l => Assert.Equal((bucket, prefix, endpoint, region, isPathStyle), (l.Bucket, l.Prefix, l.Endpoint?.ToString(), l.Region, l.IsPathStyle)));
        Assert.Equal(location.Identity, again.Identity);
    }

    [Theory]
    [InlineData("s3://bucket", "./0000/")]
    [InlineData("s3://bucket/", "/0000/")]
    [InlineData("s3://bucket/x", "x/0000/")]
    [InlineData("s3://arn:aws:s3:us-west-2:123456789012:accesspoint/mine", "0000/")]
    public void A_replica_in_no_path_has_the_keys_of_genuine_Litestream(string url, string key) =>
        Assert.Equal(key, S3Url.Parse(url, null).KeysBelow("") + "0000/");

    [Theory]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/")]
    public void A_fleet_in_no_path_has_plain_keys(string url) => Assert.Equal("databases/x/", S3Url.Parse(url, null).KeysBelow("databases/x"));

    [Fact]
    public void The_url_of_a_database_says_all_that_is_needed_to_read_it_and_no_secret()
    {
        var root = ReplicaRoot.Parse("s3://bucket/fleet?endpoint=http://127.0.0.1:9000&region=us-east-1&force-path-style=1&concurrency=3&part-size=16MB",
            new() { AccessKeyId = "AKID", SecretAccessKey = "hidden" });
        Assert.Equal("s3://bucket/fleet/databases/x?endpoint=http://127.0.0.1:9000&region=us-east-1&forcePathStyle=1&concurrency=3&partSize=16MB", root.UrlOf("databases/x"));
        Assert.Equal(root.UrlOf("databases/x"), root.Open("databases/x").Url);
        Assert.Equal("bucket", root.Bucket);
        Assert.Equal("s3", root.Kind);
    }

    [Fact]
    public void The_same_place_is_known_again_however_it_is_reached() => Assert.Equal(
        ReplicaRoot.Parse("s3://bucket/fleet/?endpoint=http://localhost:9000&forcePathStyle=true").Identity,
        ReplicaRoot.Parse("s3://bucket/fleet?region=eu-1&endpoint=localhost:9000&concurrency=9").Identity);

    [Fact]
    public void An_endpoint_of_the_environment_is_for_urls_that_name_no_other()
    {
        var access = new ReplicaAccess { Endpoint = "http://localhost:9000" };
        Assert.Equal("s3://my.bucket/x?endpoint=http://localhost:9000", ReplicaRoot.Parse("s3://my.bucket/x", access).Url);
        Assert.Equal("s3://bucket/x?endpoint=http://localhost:1", ReplicaRoot.Parse("s3://bucket/x?endpoint=http://localhost:1", access).Url);
        Assert.Null(S3Url.Parse("s3://bucket.s3.eu-west-1.amazonaws.com/x", access.Endpoint).Endpoint);
    }

    [Fact]
    public void Cloudflare_gets_two_parts_at_a_time() =>
        Assert.Equal(2, S3Url.Parse("s3://bucket/x?endpoint=https://account.r2.cloudflarestorage.com", null).Concurrency);

    [Fact]
    public void Encryption_is_kms_when_a_key_is_named()
    {
        Assert.Equal(new("aws:kms", "some-key"), S3Url.Parse("s3://bucket/x?sseKmsKeyId=some-key", null).Encryption);
        Assert.Equal(new("none", null), S3Url.Parse("s3://bucket/x?sse=none", null).Encryption);
        Assert.Equal(new("auto", null), S3Url.Parse("s3://bucket/x", null).Encryption);
    }

    [Theory]
    [InlineData("s3://", "bucket is missing")]
    [InlineData("s3:///path", "bucket is missing")]
    [InlineData("s3://bucket/../x", "\"..\"")]
    [InlineData("s3://buck et/x", "\"buck et\"")]
    [InlineData("s3://bucket/x?regoin=eu", "\"regoin\"")]
    [InlineData("s3://bucket/x?endpoint=ftp://host", "no address")]
    [InlineData("s3://bucket/x?endpoint=http://host/?path", "no address")]
    [InlineData("s3://bucket/x?forcePathStyle=ture", "true or false")]
    [InlineData("s3://127.0.0.1:9000/bucket", "no bucket's name")]
    [InlineData("s3://bucket/x?endpoint=", "no value")]
    [InlineData("s3://bucket/x?partSize=1MB", "5MB to 5GB")]
    [InlineData("s3://bucket/x?partSize=much", "5MB to 5GB")]
    [InlineData("s3://bucket/x?concurrency=0", "1 to 64")]
    [InlineData("s3://bucket/x?sse=AES256", "auto, aws:kms or none")]
    [InlineData("s3://bucket/x?sse=none&sseKmsKeyId=k", "no use")]
    [InlineData("s3://bucket/x?sseCustomerKey=k", "customer")]
    [InlineData("s3://bucket/x?signPayload=false&endpoint=http://host", "https")]
    [InlineData("s3://arn:aws:s3:us-west-2:123456789012:accesspoint", "accesspoint/NAME")]
    [InlineData("s3://arn:aws:s3:::bucket/x", "no bucket's name")]
    public void Refuses_what_it_does_not_know_and_says_why(string url, string reason)
    {
        var error = Assert.Throws<LitestreamException>(() => ReplicaRoot.Parse(url));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("s3://AKID:hidden@bucket/x")]
    [InlineData("s3://bucket/x?accessKeyId=AKID&secretAccessKey=hidden")]
    [InlineData("s3://bucket/x?secret-access-key=hidden")]
    [InlineData("s3://bucket/x?sseCustomerKey=hidden")]
    [InlineData("s3://bucket/../x?password=hidden")]
    [InlineData("s3://bucket/x?endpoint=http://AKID:hidden@host")]
    public void A_secret_in_a_url_is_refused_and_not_repeated(string url)
    {
        var error = Assert.Throws<LitestreamException>(() => ReplicaRoot.Parse(url));
        Assert.DoesNotContain("hidden", error.Message + error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRUE", true)]
    [InlineData("t", true)]
    [InlineData("Yes", true)]
    [InlineData("1", true)]
    [InlineData("no", false)]
    [InlineData("F", false)]
    [InlineData("0", false)]
    public void Truth_is_written_in_the_ways_of_genuine_Litestream(string text, bool expected) =>
        Assert.Equal(expected, S3Url.Parse($"s3://bucket/x?skip-verify={text}", null).SkipVerify);

    [Theory]
    [InlineData(6_000_000, 8_388_608, 8_388_608)]
    [InlineData(83_886_080_000, 8_388_608, 8_388_608)]
    [InlineData(83_886_080_001, 8_388_608, 9_437_184)]
    [InlineData(5_497_558_138_880, 8_388_608, 550_502_400)]
    public void Parts_grow_when_there_would_be_more_than_ten_thousand(long length, long wanted, long expected)
    {
        Assert.Equal(expected, S3Upload.PartSize(length, wanted));
        Assert.True((length + expected - 1) / expected <= 10_000);
    }

    [Fact]
    public void Times_are_written_as_genuine_Litestream_writes_them()
    {
        Assert.Equal("2026-03-04T12:00:00.12Z", S3Storage.TimestampText(new(2026, 3, 4, 12, 0, 0, 120, TimeSpan.Zero)));
        Assert.Equal("2026-03-04T11:00:00Z", S3Storage.TimestampText(new(2026, 3, 4, 12, 0, 0, TimeSpan.FromHours(1))));
    }
}

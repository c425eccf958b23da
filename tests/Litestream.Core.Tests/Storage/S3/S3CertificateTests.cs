using System.Collections.Concurrent;
using Litestream.Core.Tests.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Storage.S3;

public sealed class S3CertificateTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("&skipVerify=false", false)]
    [InlineData("&skipVerify=true", true)]
    public async Task A_store_whose_certificate_is_not_checked_is_warned_of_once(string parameter, bool isWarned)
    {
        await using var server = await S3Server.StartAsync("fleet");
        var lines = new ConcurrentQueue<string>();
        using var root = ReplicaRoot.Parse(server.Url("fleet") + parameter, new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey, Log = new KeptLog(lines) });
        await root.CheckAsync(default);
        await ReplicaListing.ReadAsync(root.Open("a"), default);
        Assert.Equal(isWarned ? 1 : 0, lines.Count(l => l.Contains($"the certificate of {server.Endpoint} is not checked", StringComparison.Ordinal)));
    }
}

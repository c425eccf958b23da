using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

public sealed class LocalCopiesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task Mergers_download_nothing_that_is_still_here_and_a_quiet_database_keeps_nothing()
    {
        await using var server = await S3Server.StartAsync("fleet");
        var access = new ReplicaAccess { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey };
        using var root = ReplicaRoot.Parse(server.Url("fleet"), access);
        await using var folder = new ReplicatedFolder { RootAt = root };
        folder.Options = folder.Options with { LevelIntervals = [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(900)] };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; (await folder.ListAsync(Name, 2)).Count < 2; i++)
        {
            Assert.True(i < 3000, "no two L2 files appeared");
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(20000)))");
            await ReplicatedFolder.SyncAsync(database);
        }
        application.Close();
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => Directory.GetFiles(Path.Combine(folder.State, "spool")).Length == 0, "nothing waits, nothing is kept");
        Assert.DoesNotContain(server.Requests, r => r.Method == "GET" && r.Key.EndsWith(".ltx", StringComparison.Ordinal));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public void What_does_not_fit_is_not_kept()
    {
        var scratch = Directory.CreateTempSubdirectory("litestream-test-").FullName;
        try
        {
            var copies = new LocalCopies(100);
            var (first, second) = (File(1), File(2));
            copies.Keep("a", first, Content(scratch, "1"));
            copies.Keep("a", second, Content(scratch, "2"));
            Assert.NotNull(copies.Find("a", first));
            Assert.Null(copies.Find("a", second));
            Assert.Single(Directory.GetFiles(scratch));
            copies.DropAll("a");
            Assert.Equal(0, copies.Bytes);
            Assert.Empty(Directory.GetFiles(scratch));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static LtxFile File(ulong txid) => new(0, new(txid), new(txid), 60, DateTimeOffset.UnixEpoch);

    private static string Content(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllText(path, name);
        return path;
    }
}

using Litestream.Core.Tests.Storage;
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
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(900)] } };
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
        await ReplicatedFolder.WaitAsync(() => !Directory.GetFiles(Path.Combine(folder.State, "spool")).Concat(Directory.GetFiles(Path.Combine(folder.State, "copies"))).Any(), "nothing waits, nothing is kept");
        Assert.DoesNotContain(server.Requests, r => r.Method == "GET" && r.Key.EndsWith(".ltx", StringComparison.Ordinal));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public void What_does_not_fit_is_not_kept()
    {
        using var scratch = new ScratchFolder();
        var copies = new LocalCopies(scratch["copies"], 100);
        var (first, second) = (FileOf(1), FileOf(2));
        copies.Keep("a", first, Content(scratch, "1"));
        copies.Keep("a", second, Content(scratch, "2"));
        Assert.NotNull(copies.Find("a", first));
        Assert.Null(copies.Find("a", second));
        Assert.Equal(["2", "copies/1"], scratch.Files());
        copies.DropAll("a");
        Assert.Equal(["2"], scratch.Files());
        copies.Keep("a", second, scratch["2"]);
        Assert.NotNull(copies.Find("a", second));
    }

    [Fact]
    public void What_an_earlier_run_left_is_deleted_by_the_start_whoever_it_belonged_to()
    {
        using var scratch = new ScratchFolder();
        new LocalCopies(scratch["copies"], 100).Keep("a tenant that stays cold", FileOf(1), Content(scratch, "1"));
        Assert.Equal(["copies/1"], scratch.Files());
        var copies = new LocalCopies(scratch["copies"], 100);
        Assert.Empty(scratch.Files());
        Assert.False(copies.Has("a tenant that stays cold"));
    }

    [Fact]
    public async Task A_folder_is_as_near_as_the_state_directory_so_nothing_is_kept_of_it()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await folder.SpoolIsEmptyAsync();
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.State, "copies")));
    }

    private static LtxFile FileOf(ulong txid) => new(0, new(txid), new(txid), 60, DateTimeOffset.UnixEpoch);

    private static string Content(ScratchFolder folder, string name)
    {
        File.WriteAllText(folder[name], name);
        return folder[name];
    }
}

using System.Diagnostics;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>Who asks for a sync rides the flush under way, or the next one: as many callers as you like, hardly more files than flushes.</summary>
public sealed class SharedSyncsTests
{
    private const string Name = ReplicatedFolder.Name;
    private const int Callers = 100;

    /// <summary>Each file takes its time to a slow store: no more of them than fit into the time in which the commits were made, and two.</summary>
    [Fact]
    public async Task A_hundred_commits_to_a_slow_store_share_files_and_each_is_in_it_when_its_sync_is_answered()
    {
        var perFile = TimeSpan.FromMilliseconds(200);
        await using var server = await S3Server.StartAsync("slow");
        using var root = ReplicaRoot.Parse(server.Url("slow"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        await using var folder = new ReplicatedFolder { RootAt = root };
        using var application = folder.NewTenant();
        Open(folder);
        var database = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        var before = (await folder.ListAsync(Name, 0)).Count;
        server.Fault = request =>
        {
            if (request.Method == "PUT")
                Thread.Sleep(perFile);
            return S3ServerFault.None;
        };
        var (begun, syncs) = (Stopwatch.GetTimestamp(), new List<Task>());
        for (var i = 0; i < Callers; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('commit {i}')");
            syncs.Add(database.SyncAsync(default));
        }
        var took = Stopwatch.GetElapsedTime(begun);
        await Task.WhenAll(syncs).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange((await folder.ListAsync(Name, 0)).Count - before, 1, (int)(took / perFile) + 3);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_hundred_who_ask_for_the_same_commit_get_one_file()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        Open(folder);
        var database = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("INSERT INTO t (v) VALUES ('for all')");
        var before = (await folder.ListAsync(Name, 0)).Count;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => ReplicatedFolder.SyncAsync(database))));
        Assert.Equal(1, (await folder.ListAsync(Name, 0)).Count - before);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task While_one_file_is_on_its_way_all_who_ask_meanwhile_get_one_together()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        Open(folder);
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var before = (await folder.ListAsync(Name, 0)).Count;
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('on its way')");
        var first = ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => database.State.Replicas[0].Failures > 0, "a publish that is refused");
        var syncs = new List<Task> { first };
        for (var i = 0; i < Callers; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('meanwhile {i}')");
            syncs.Add(database.SyncAsync(default));
        }
        Assert.All(syncs, sync => Assert.False(sync.IsCompleted));
        blocked.Unblock();
        await Task.WhenAll(syncs).WaitAsync(TimeSpan.FromSeconds(60));
        // Two; behind ten seconds of it one more.
        Assert.InRange((await folder.ListAsync(Name, 0)).Count - before, 2, 3);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task One_who_asks_while_the_replica_is_away_hears_it_when_the_database_is_stopped()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        Open(folder);
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        _ = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('waits')");
        await database.CaptureAsync(default);
        var waiting = database.SyncAsync(default);
        database.Pause();
        await Assert.ThrowsAnyAsync<LitestreamException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>No round of its own accord: what is captured was asked for.</summary>
    private static void Open(ReplicatedFolder folder)
    {
        folder.Options = folder.Options with { SyncInterval = TimeSpan.FromMinutes(10) };
        folder.Open();
    }
}

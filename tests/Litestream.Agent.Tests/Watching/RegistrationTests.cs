using System.Diagnostics;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class RegistrationTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_tenant_that_is_there_at_start_is_registered_and_logged_with_its_replica()
    {
        _folder.Folder("clients");
        _folder.File($"clients/{Guid}.db");
        _folder.File($"clients/{Other.ToUpperInvariant()}.sqlite3");
        _folder.File("clients/notes.txt");
        await using var agent = await RunningAgent.StartAsync(_folder);
        Assert.Equal([Guid, Other], (await agent.StatusAsync()).Clients.Select(c => c.ClientId));
        await Eventually.Becomes(() => agent.Log.Has($"Client registered: {Guid} -> file://{_folder["replica"]}/databases/{Guid}"), "the log names it");
        await Eventually.Becomes(() => agent.Log.Has("Monitoring 2 clients across 1 directories"), "the log counts them");
        Assert.False(agent.Log.Has($"Database created: {_folder[$"clients/{Guid}.db"]}"));
    }

    [Fact]
    public async Task A_new_file_is_registered_by_its_event_and_replicated()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromHours(1) });
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql("INSERT INTO t VALUES (42)");
        await agent.SyncedAsync(Guid);
        Assert.Equal(["42"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        await Eventually.Becomes(() => agent.Log.Has($"Database created: {_folder[$"clients/{Guid}.db"]}"), "its creation is logged");
    }

    [Fact]
    public async Task A_file_renamed_into_place_is_registered()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromHours(1) });
        _folder.File($"clients/{Guid}.tmp");
        File.Move(_folder[$"clients/{Guid}.tmp"], _folder[$"clients/{Guid}.db"]);
        await Eventually.Becomes(() => agent.Find(Guid) is not null, "it is registered");
    }

    [Fact]
    public async Task A_zero_byte_file_waits_until_it_is_a_database()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        _folder.File($"clients/{Guid}.db");
        await Eventually.Becomes(() => agent.Find(Guid)?.Snapshot().Reason == DatabaseReason.EmptyFile, "it waits as an empty file");
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await agent.IsActive(Guid);
    }

    [Fact]
    public async Task What_the_replica_never_got_of_a_tenant_deleted_while_no_agent_ran_is_published_by_the_next_one()
    {
        var path = _folder[$"clients/{Guid}.db"];
        var (level, aside) = (_folder[$"replica/databases/{Guid}/ltx/0"], _folder["aside"]);
        await using (var agent = await RunningAgent.StartAsync(_folder, o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) }))
        {
            using var application = new Application(path);
            application.Sql("PRAGMA journal_mode = WAL");
            application.Sql("CREATE TABLE t (x)");
            await agent.SyncedAsync(Guid);
            application.Sql("INSERT INTO t VALUES (1)");
            await agent.SyncedAsync(Guid);
            Directory.Move(level, aside);
            File.WriteAllText(level, "");
            application.Sql("INSERT INTO t VALUES (2)");
            await Eventually.Becomes(() => agent.Host.Stores.SpoolBytes > 0, "captured, and refused by the replica");
            Assert.False(await agent.StopAsync());
        }
        foreach (var file in Directory.GetFiles(_folder["clients"]))
            File.Delete(file);
        File.Delete(level);
        Directory.Move(aside, level);
        await using var next = await RunningAgent.StartAsync(_folder);
        await Eventually.Becomes(() => next.Log.Has($"Database removed: {path}") && next.Find(Guid) is null, "let go");
        Assert.Equal(["1", "2"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t ORDER BY x"));
    }

    [Fact]
    public async Task A_deleted_tenant_is_let_go_its_backup_kept_and_re_created_it_continues_its_chain()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        var path = _folder[$"clients/{Guid}.db"];
        using (var application = new Application(path))
        {
            application.Sql("PRAGMA journal_mode = WAL");
            application.Sql("CREATE TABLE t (x)");
            await agent.SyncedAsync(Guid);
            application.Sql("INSERT INTO t VALUES ('hello')");
            await agent.SyncedAsync(Guid);
            await Eventually.Becomes(() => agent.Find(Guid)!.Snapshot().IsHot, "it is held open after a write");
            application.Sql("UPDATE t SET x = 'last words'");
            File.Delete(path);
        }
        await Eventually.Becomes(() => agent.Find(Guid) is null, "it is unregistered");
        await Eventually.Becomes(() => agent.Log.Has($"Client unregistered: {Guid}") && agent.Log.Has($"Database removed: {path}"), "the log says so");
        Assert.Equal(["last words"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));

        using (var application = new Application(path))
        {
            application.Sql("PRAGMA journal_mode = WAL");
            application.Sql("CREATE TABLE another (y)");
            application.Sql("INSERT INTO another VALUES (1)");
            var txid = await agent.SyncedAsync(Guid);
            Assert.True(txid.Value > 2, $"the chain goes on; it is at {txid}");
            Assert.Equal(["another"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT name FROM sqlite_schema"));
        }
    }

    [Fact]
    public async Task A_file_replaced_by_another_is_the_same_tenant_with_new_content()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        var path = _folder[$"clients/{Guid}.db"];
        Make(path, "old");
        await agent.SyncedAsync(Guid);
        Make(_folder["new.db"], "new");
        foreach (var leftover in new[] { "-wal", "-shm" })
            File.Delete(path + leftover);
        File.Move(_folder["new.db"], path, overwrite: true);
        await Eventually.Becomes(() => RestoredSays("new"), "the replica has the new content");
        Assert.DoesNotContain(agent.Log.Lines, line => line.Contains("Client unregistered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_files_of_one_guid_the_second_is_refused_and_listed()
    {
        _folder.Folder("clients");
        _folder.File($"clients/{Guid}.db");
        await using var agent = await RunningAgent.StartAsync(_folder);
        _folder.File($"clients/{Guid}.sqlite");
        _folder.File($"clients/{Guid.ToUpperInvariant()}.db");
        await Eventually.Becomes(() => agent.StatusAsync().Result.Skipped.Count == 2, "both are listed");
        var status = await agent.StatusAsync();
        Assert.Equal(_folder[$"clients/{Guid}.db"], Assert.Single(status.Clients).DatabasePath);
        Assert.All(status.Skipped, file => Assert.Contains($"replicated from {_folder[$"clients/{Guid}.db"]}", file.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_restart_the_first_of_two_files_is_the_one_the_books_know()
    {
        string[] both = [_folder.Folder("clients"), _folder.Folder("archive")];
        _folder.File($"archive/{Guid}.db");
        await using (var agent = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = both }))
            await agent.StopAsync();
        _folder.File($"clients/{Guid}.db");
        await using (var agent = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = both }))
        {
            var status = await agent.StatusAsync();
            Assert.Equal(_folder[$"archive/{Guid}.db"], Assert.Single(status.Clients).DatabasePath);
            Assert.Equal(_folder[$"clients/{Guid}.db"], Assert.Single(status.Skipped).Path);
        }
    }

    [Fact]
    public async Task A_tenant_moved_to_another_watched_directory_is_followed()
    {
        string[] both = [_folder.Folder("clients"), _folder.Folder("archive")];
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = both, SweepInterval = TimeSpan.FromHours(1) });
        Make(_folder[$"clients/{Guid}.db"], "moved");
        await agent.SyncedAsync(Guid);
        File.Move(_folder[$"clients/{Guid}.db"], _folder[$"archive/{Guid}.db"]);
        await Eventually.Becomes(() => agent.Find(Guid)?.Path == _folder[$"archive/{Guid}.db"], "it is registered from its new place");
        await agent.IsActive(Guid);
        Assert.Empty((await agent.StatusAsync()).Skipped);
    }

    [Fact]
    public async Task A_tenant_renamed_to_another_guid_is_let_go_before_the_other_begins()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromHours(1) });
        Make(_folder[$"clients/{Guid}.db"], "renamed");
        await agent.SyncedAsync(Guid);
        File.Move(_folder[$"clients/{Guid}.db"], _folder[$"clients/{Other}.db"]);
        await agent.SyncedAsync(Other);
        Assert.Null(agent.Find(Guid));
        Assert.Equal(["renamed"], await RunningAgent.RestoredAsync(_folder, Other, "SELECT x FROM t"));
        await Eventually.Becomes(() => agent.Log.Has($"/databases/{Other}"), "the log knows both");
        var lines = agent.Log.Lines.ToList();
        Assert.True(lines.FindIndex(l => l.Contains($"unregistered: {Guid}", StringComparison.Ordinal)) < lines.FindIndex(l => l.Contains($"registered: {Other}", StringComparison.Ordinal)));
    }

    /// <summary>In whatever order the file system lists them.</summary>
    [Fact]
    public async Task Of_several_names_of_one_file_the_one_that_is_replicated_stays_it_and_else_the_first_is()
    {
        var names = Enumerable.Range(1, 9).Select(i => $"{i}0000000-0000-4000-8000-{Random.Shared.NextInt64(1L << 48):x12}").ToList();
        _folder.Folder("clients");
        Make(_folder[$"clients/{names[4]}.db"], "one file");
        foreach (var name in names.Skip(5))
            Link(names[4], name);
        await using (var agent = await RunningAgent.StartAsync(_folder))
        {
            await agent.SyncedAsync(names[4]);
            Assert.Equal(4, (await agent.StatusAsync()).SkippedCount);
        }
        foreach (var name in names.Take(4))
            Link(names[4], name);
        await using var next = await RunningAgent.StartAsync(_folder);
        Assert.All(names, name => Assert.Equal(name == names[4], next.Find(name) is not null));
        Assert.Equal(8, (await next.StatusAsync()).SkippedCount);
        await next.SyncedAsync(names[4]);
    }

    [Fact]
    public async Task A_second_name_of_the_same_file_is_refused()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Make(_folder[$"clients/{Guid}.db"], "one file");
        await agent.SyncedAsync(Guid);
        Link(Guid, Other);
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 1, "it is listed");
        Assert.Contains("hard link", (await agent.StatusAsync()).Skipped[0].Reason, StringComparison.Ordinal);
        Assert.Null(agent.Find(Other));
    }

    [Fact]
    public async Task A_tenant_whose_file_is_exchanged_for_a_link_is_let_go_and_the_link_is_refused()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Make(_folder[$"clients/{Guid}.db"], "mine");
        await agent.SyncedAsync(Guid);
        Make(_folder["secret.db"], "secret");
        File.CreateSymbolicLink(_folder["link"], _folder["secret.db"]);
        File.Move(_folder["link"], _folder[$"clients/{Guid}.db"], overwrite: true);
        await Eventually.Becomes(() => agent.Find(Guid) is null && agent.StatusAsync().Result.SkippedCount == 1, "it is let go");
        Assert.Equal(["mine"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task When_the_first_of_two_files_is_gone_the_sweep_takes_the_second()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Make(_folder[$"clients/{Guid}.db"], "first");
        await agent.SyncedAsync(Guid);
        _folder.File($"clients/{Guid}.sqlite");
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 1, "the second is refused");
        File.Delete(_folder[$"clients/{Guid}.db"]);
        await Eventually.Becomes(() => agent.Find(Guid)?.Path == _folder[$"clients/{Guid}.sqlite"], "the second is registered");
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 0, "and no longer listed");
    }

    [Fact]
    public async Task What_only_looks_like_a_tenant_is_refused_with_its_reason_and_logged_once()
    {
        _folder.Folder("clients");
        _folder.File("secret.db");
        _folder.Folder($"clients/{Guid}.db");
        File.CreateSymbolicLink(_folder[$"clients/{Other}.db"], _folder["secret.db"]);
        using (var mkfifo = Process.Start("mkfifo", _folder["clients/00000000-0000-0000-0000-000000000001.db"]))
            mkfifo.WaitForExit();
        _folder.File("clients/legacy.db");
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromMilliseconds(100) });
        var reasons = (await agent.StatusAsync()).Skipped.ToDictionary(f => Path.GetFileName(f.Path), f => f.Reason);
        Assert.Equal("it is a directory", reasons[$"{Guid}.db"]);
        Assert.Equal("it is a symbolic link that leads out of the watched directory", reasons[$"{Other}.db"]);
        Assert.Equal("it is not a regular file", reasons["00000000-0000-0000-0000-000000000001.db"]);
        Assert.Contains("not a GUID", reasons["legacy.db"], StringComparison.Ordinal);
        Assert.Equal(0, agent.Host.Stores.Count);

        // Several sweeps later each is still logged once.
        _folder.File("clients/later.db");
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 5, "the sweep goes on");
        Assert.Single(agent.Log.Lines, line => line.Contains("clients/legacy.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_skipped_file_that_is_deleted_is_no_longer_listed()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromHours(1) });
        _folder.File("clients/legacy.db");
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 1, "it is listed");
        File.Delete(_folder["clients/legacy.db"]);
        await Eventually.Becomes(() => agent.StatusAsync().Result.SkippedCount == 0, "it is not listed any more");
    }

    [Fact]
    public async Task Lost_events_make_it_look_at_everything_at_once()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { SweepInterval = TimeSpan.FromHours(1) });
        // The directory is exchanged for another one behind its back: no event of the new one can reach the watch on the old.
        Directory.Move(_folder["clients"], _folder["away"]);
        await Eventually.Becomes(() => agent.StatusAsync().Result.Directories[0].Error is not null, "the directory is known to be gone");
        _folder.Folder("clients");
        _folder.File($"clients/{Guid}.db");
        agent.Host.Watch.OnEvent(-1, Inotify.Overflow, "");
        await Eventually.Becomes(() => agent.Find(Guid) is not null, "the file is found");
    }

    [Fact]
    public async Task A_watched_directory_that_goes_away_is_an_error_until_it_is_back()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Make(_folder[$"clients/{Guid}.db"], "here");
        await agent.SyncedAsync(Guid);
        Directory.Move(_folder["clients"], _folder["away"]);
        await Eventually.Becomes(() => agent.StatusAsync().Result.Directories[0].Error == "it does not exist", "the status says what is wrong");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await agent.Http.GetAsync("api/health")).StatusCode);
        Assert.NotNull(agent.Find(Guid));

        Directory.Move(_folder["away"], _folder["clients"]);
        await Eventually.Becomes(() => agent.StatusAsync().Result.Directories[0].Error is null, "it is watched again");
        _folder.File($"clients/{Other}.db");
        await Eventually.Becomes(() => agent.Find(Other) is not null, "and its events come again");
    }

    [Fact]
    public async Task An_empty_directory_in_the_place_of_a_full_one_does_not_let_all_its_tenants_go()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        _folder.File($"clients/{Guid}.db");
        await Eventually.Becomes(() => agent.Find(Guid) is not null, "it is registered");
        Directory.Move(_folder["clients"], _folder["away"]);
        _folder.Folder("clients");
        await Eventually.Becomes(() => agent.StatusAsync().Result.Directories[0].Error?.Contains("mounted", StringComparison.Ordinal) == true, "it asks whether the file system is mounted");
        Assert.NotNull(agent.Find(Guid));
    }

    [Fact]
    public async Task A_directory_that_is_missing_at_start_beside_one_that_is_not_is_watched_when_it_comes()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = [_folder["clients"], _folder["later"]] });
        Assert.Equal("it does not exist", (await agent.StatusAsync()).Directories[1].Error);
        _folder.Folder("later");
        _folder.File($"later/{Guid}.db");
        await Eventually.Becomes(() => agent.Find(Guid) is not null, "its tenant is registered");
        Assert.Null((await agent.StatusAsync()).Directories[1].Error);
    }

    [Fact]
    public async Task One_directory_named_twice_is_watched_once()
    {
        _folder.Folder("clients");
        File.CreateSymbolicLink(_folder["same"], _folder["clients"]);
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = [_folder["clients"], _folder["same"]] });
        _folder.File($"clients/{Guid}.db");
        await Eventually.Becomes(() => agent.Find(Guid) is not null, "it is registered");
        var status = await agent.StatusAsync();
        Assert.Single(status.Directories);
        Assert.Empty(status.Skipped);
    }

    private bool RestoredSays(string word)
    {
        try
        {
            return RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t").GetAwaiter().GetResult() is [var x] && x == word;
        }
        catch (LitestreamException)
        {
            return false; // nothing there yet
        }
    }

    private static void Make(string path, string word)
    {
        using var application = new Application(path);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql($"INSERT INTO t VALUES ('{word}')");
    }

    private void Link(string name, string other)
    {
        using var link = Process.Start("ln", [_folder[$"clients/{name}.db"], _folder[$"clients/{other}.db"]]);
        link.WaitForExit();
    }
}

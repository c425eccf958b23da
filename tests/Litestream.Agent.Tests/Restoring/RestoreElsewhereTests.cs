using Litestream.Agent.Restoring;
using Litestream.Restore;

namespace Litestream.Agent.Tests.Restoring;

public sealed class RestoreElsewhereTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private static readonly RestoreOptions Newest = new() { OutputPath = "" };
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_fork_is_a_tenant_with_a_chain_of_its_own_and_the_old_one_is_untouched()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var application = NewTenant(Guid);
        var first = await agent.SyncedAsync(Guid);
        application.Sql("INSERT INTO t VALUES ('later')");
        await agent.SyncedAsync(Guid);
        File.SetUnixFileMode(_folder[$"clients/{Guid}.db"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var before = FilesOf(Guid);

        var fork = await Elsewhere(agent).ForkAsync(Guid, Other.ToUpperInvariant(), Newest with { Txid = first }, null, default);

        Assert.Equal((first, Other, _folder[$"clients/{Other}.db"]), (fork.Result.Txid, fork.Becomes!.Name, fork.Becomes.Path));
        Assert.Equal(File.GetUnixFileMode(_folder[$"clients/{Guid}.db"]), File.GetUnixFileMode(fork.Becomes.Path));
        using (var forked = new Application(fork.Becomes.Path))
        {
            Assert.Equal(["first"], forked.Sql("SELECT x FROM t"));
            forked.Sql("INSERT INTO t VALUES ('of the fork')");
            await agent.SyncedAsync(Other);
        }
        Assert.Equal(["first", "of the fork"], await RunningAgent.RestoredAsync(_folder, Other, "SELECT x FROM t"));
        Assert.Equal(["first", "later"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        Assert.All(before, file => Assert.True(File.Exists(file)));
        Assert.DoesNotContain(Directory.GetFiles(_folder["clients"]), f => f.Contains(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_tenant_comes_back_and_its_chain_goes_on()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using (var application = NewTenant(Guid))
            await agent.SyncedAsync(Guid);
        await Eventually.Becomes(() => agent.Find(Guid)?.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false }, "at rest");
        var newest = agent.Find(Guid)!.Snapshot().Txid;
        foreach (var file in Directory.GetFiles(_folder["clients"]))
            File.Delete(file);
        await Eventually.Becomes(() => agent.Find(Guid) is null, "unregistered");

        var back = await Elsewhere(agent).RunAsync(Guid, _folder[$"clients/{Guid}.db"], Newest, null, default);

        Assert.Equal(newest, back.Result.Txid);
        using var again = new Application(back.Becomes!.Path);
        again.Sql("INSERT INTO t VALUES ('again')");
        Assert.True(await agent.SyncedAsync(Guid) > newest);
        Assert.Equal(["first", "again"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task Into_the_restore_directory_it_is_only_a_file()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var application = NewTenant(Guid);
        await agent.SyncedAsync(Guid);
        var restored = await Elsewhere(agent).RunAsync(Guid, Path.Combine(_folder.Folder("restored"), "copy.db"), Newest, null, default);
        Assert.Null(restored.Becomes);
        using var copy = new Application(_folder["restored/copy.db"]);
        Assert.Equal(["first"], copy.Sql("SELECT x FROM t"));
    }

    /// <summary>The path was good when it was looked at; a moment later it leads somewhere else.</summary>
    [Fact]
    public async Task A_folder_that_is_swapped_for_a_link_meanwhile_leads_nobody_astray()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var application = NewTenant(Guid);
        await agent.SyncedAsync(Guid);
        _folder.Folder("restored/in");
        _folder.Folder("outside");
        var isSwapped = false;

        await Elsewhere(agent).RunAsync(Guid, _folder["restored/in/copy.db"], Newest, new Looking(() =>
        {
            if (isSwapped)
                return;
            isSwapped = true;
            Directory.Move(_folder["restored/in"], _folder["restored/as-it-was"]);
            Directory.CreateSymbolicLink(_folder["restored/in"], _folder["outside"]);
        }), default);

        Assert.True(isSwapped);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["outside"]));
        Assert.Equal([_folder["restored/as-it-was/copy.db"]], Directory.GetFileSystemEntries(_folder["restored/as-it-was"]));
        using var copy = new Application(_folder["restored/as-it-was/copy.db"]);
        Assert.Equal(["first"], copy.Sql("SELECT x FROM t"));
    }

    [Fact]
    public async Task A_part_that_is_a_link_is_refused()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var application = NewTenant(Guid);
        await agent.SyncedAsync(Guid);
        _folder.Folder("restored");
        _folder.File("outside", "somebody's");
        File.CreateSymbolicLink(_folder["restored/copy.db.part-done"], _folder["outside"]);
        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => Elsewhere(agent).RunAsync(Guid, _folder["restored/copy.db"], Newest, null, default));
        Assert.Contains(".part-done is no file of ours", refused.Message);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(_folder["outside"]));
    }

    [Fact]
    public async Task Who_is_somebody_already_is_refused()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var application = NewTenant(Guid);
        using (var other = NewTenant(Other))
            await agent.SyncedAsync(Other);
        await agent.SyncedAsync(Guid);
        var elsewhere = Elsewhere(agent);

        await RefusedAsync("there already", () => elsewhere.ForkAsync(Guid, Other, Newest, null, default));
        await RefusedAsync("lives at", () => elsewhere.RunAsync(Guid, _folder[$"clients/{Guid}.sqlite"], Newest, null, default));
        await RefusedAsync("itself", () => elsewhere.ForkAsync(Guid, Guid, Newest, null, default));
        await RefusedAsync("expected a GUID", () => elsewhere.ForkAsync(Guid, "../evil", Newest, null, default));
        await RefusedAsync("nothing of that name is replicated", () => elsewhere.RunAsync(Guid, _folder["clients/copy.db"], Newest, null, default));
        await RefusedAsync("..", () => elsewhere.RunAsync(Guid, _folder.Path + "/clients/../evil.db", Newest, null, default));
        await RefusedAsync("no backup", () => elsewhere.ForkAsync("99999999-bbbb-cccc-dddd-eeeeeeeeeeee", "88888888-bbbb-cccc-dddd-eeeeeeeeeeee", Newest, null, default));
        await Eventually.Becomes(() => agent.Find(Other)?.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false }, "at rest");
        foreach (var file in Directory.GetFiles(_folder["clients"], Other + "*"))
            File.Delete(file);
        await Eventually.Becomes(() => agent.Find(Other) is null, "unregistered");
        await RefusedAsync("has a tenant", () => elsewhere.ForkAsync(Guid, Other, Newest, null, default));
        Assert.Equal([$"{Guid}.db"], Directory.GetFiles(_folder["clients"], "*.db").Select(Path.GetFileName));
    }

    private RestoreElsewhere Elsewhere(RunningAgent agent) => new(agent.Host.Stores, agent.Host.Watch.Registration, [agent.Host.StateFolder], [_folder["restored"]]);

    private Application NewTenant(string guid)
    {
        var application = new Application(_folder[$"clients/{guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql("INSERT INTO t VALUES ('first')");
        return application;
    }

    private string[] FilesOf(string guid) => Directory.GetFiles(_folder[$"replica/databases/{guid}"], "*1.ltx", SearchOption.AllDirectories);

    private static async Task RefusedAsync(string why, Func<Task> restore) => Assert.Contains(why, (await Assert.ThrowsAnyAsync<LitestreamException>(restore)).Message);

    private sealed class Looking(Action look) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => look();
    }
}

using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Ltx;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>Commands about a replica that is named, and about tenants that are not registered on the host.</summary>
public sealed class RemoteCommandsReplicaTests
{
    [Fact]
    public async Task The_replica_that_is_named_is_the_one_that_is_read()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.RunAsync(CommandKinds.Sync);
        var old = $"file://{Copy(host.ReplicaFolder, host.Folder[$"old/{host.Tenant}"])}";
        var then = (await RunAsync(host, CommandKinds.Verify, new() { Replica = old })).ResultTxid;
        host.Application.Sql("INSERT INTO t VALUES (2)");
        await host.RunAsync(CommandKinds.Sync);

        Assert.Equal(then, (await RunAsync(host, CommandKinds.Verify, new() { Replica = old })).ResultTxid);
        Assert.Equal(then, (await RunAsync(host, CommandKinds.Drill, new() { Replica = old })).ResultTxid);
        await RunAsync(host, CommandKinds.Restore, new() { Replica = old, TargetPath = host.Folder["restores/old.db"] });
        Assert.Equal(["1"], Rows(host, "restores/old.db"));
        // Its own, by its URL.
        await RunAsync(host, CommandKinds.Restore, new() { Replica = host.Agent.Find($"{host.Tenant}")!.Snapshot().ReplicaUrl, TargetPath = host.Folder["restores/new.db"] });
        Assert.Equal(["1", "2"], Rows(host, "restores/new.db"));
        // In place, its newest state is a moment.
        var inPlace = await RunAsync(host, CommandKinds.Restore, new() { Replica = old });
        Assert.Equal(["1"], host.Application.Sql("SELECT x FROM t"));
        Assert.Contains("is kept until", inPlace.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_tenant_comes_back_to_where_it_was_and_its_chain_goes_on()
    {
        await using var host = await CommandedAgent.StartAsync();
        var path = host.Folder[$"clients/{host.Tenant}.db"];
        await DeleteAsync(host);
        Assert.Equal(CommandStates.Done, (await host.RunAsync(CommandKinds.Verify)).State);
        await RemoteCommandsFailureTests.FailsAsync(host, CommandKinds.Sync, new(), CommandErrors.UnknownTenant, "not registered on this host");
        await RemoteCommandsFailureTests.FailsAsync(host, CommandKinds.Drill, new(), CommandErrors.UnknownTenant, "not registered on this host");

        await RunAsync(host, CommandKinds.Restore, new() { TargetPath = host.Folder["restores/copy.db"] });
        Assert.Equal(["1"], Rows(host, "restores/copy.db"));
        var back = await RunAsync(host, CommandKinds.Restore, new());
        Assert.Contains(path, back.Result, StringComparison.Ordinal);
        using (var application = new Core.Tests.Replication.Application(path))
            application.Sql("INSERT INTO t VALUES (2)");
        Assert.True(await host.Agent.SyncedAsync($"{host.Tenant}") > Parse(back.ResultTxid));
        Assert.Equal(["1", "2"], await RunningAgent.RestoredAsync(host.Folder, $"{host.Tenant}", "SELECT x FROM t ORDER BY x"));
    }

    [Fact]
    public async Task Another_hosts_tenant_comes_to_a_path_or_as_a_new_tenant_and_never_as_itself()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.RunAsync(CommandKinds.Sync);
        var other = Guid.NewGuid();
        Copy(host.ReplicaFolder, host.Folder[$"replica/databases/{other}"]);
        Own(host, other, "web-2");

        await RunAsync(host, CommandKinds.Restore, new() { TargetPath = host.Folder["restores/other.db"] }, other);
        Assert.Equal(["1"], Rows(host, "restores/other.db"));
        var fork = Guid.NewGuid();
        await RunAsync(host, CommandKinds.Restore, new() { NewTenant = fork }, other);
        Assert.Equal(["1"], await RunningAgent.RestoredAsync(host.Folder, $"{fork}", "SELECT x FROM t"));
        await RemoteCommandsFailureTests.FailsAsync(host, CommandKinds.Restore, new(), CommandErrors.BadArgument, "where to?", other);
        var itself = new CommandArguments { TargetPath = host.Folder[$"clients/{other}.db"] };
        await RemoteCommandsFailureTests.FailsAsync(host, CommandKinds.Restore, itself, CommandErrors.OwnedElsewhere, "belongs to host web-2", other);
        Assert.False(File.Exists(itself.TargetPath));

        Own(host, other, null);
        await RunAsync(host, CommandKinds.Restore, itself, other);
        Assert.Equal(["1"], Rows(host, $"clients/{other}.db"));
    }

    [Fact]
    public async Task A_guid_that_nobody_ever_had_is_unknown_whatever_is_asked()
    {
        await using var host = await CommandedAgent.StartAsync();
        foreach (var kind in new[] { CommandKinds.Sync, CommandKinds.Snapshot, CommandKinds.Verify, CommandKinds.Restore, CommandKinds.Drill, CommandKinds.Pause, CommandKinds.Resume })
            await RemoteCommandsFailureTests.FailsAsync(host, kind, new(), CommandErrors.UnknownTenant, "not registered on this host", Guid.NewGuid());
        await RemoteCommandsFailureTests.FailsAsync(host, CommandKinds.Restore, new() { NewTenant = Guid.NewGuid() }, CommandErrors.UnknownTenant, "has no backup of it", Guid.NewGuid());
    }

    private static async Task<CommandRecord> RunAsync(CommandedAgent host, string kind, CommandArguments arguments, Guid? tenant = null)
    {
        var ended = await host.RunAsync(kind, c => c with { Arguments = arguments, Tenant = tenant ?? c.Tenant });
        Assert.True(ended.State == CommandStates.Done, $"{ended}");
        return ended;
    }

    private static void Own(CommandedAgent host, Guid tenant, string? owner)
    {
        var record = new TenantRecord
        {
            Tenant = tenant,
            HostId = owner,
            Epoch = 1,
            Replica = "file:///srv",
            Path = $"/srv/{tenant}.db",
            Status = StatusWords.Active,
            Since = DateTimeOffset.UtcNow,
            UpdatedAt = DateTimeOffset.UtcNow,
        };
        host.Server.Delete(record.Key.Partition, record.Key.Sort);
        foreach (var (name, value) in TenantItem.Write(record))
            host.Server.Set(record.Key.Partition, record.Key.Sort, name, new(value.IsNumber, value.Text));
    }

    private static async Task DeleteAsync(CommandedAgent host)
    {
        host.CloseApplication();
        await Eventually.Becomes(() => host.Agent.Find($"{host.Tenant}")?.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false }, "at rest");
        foreach (var file in Directory.GetFiles(host.Folder["clients"], $"{host.Tenant}*"))
            File.Delete(file);
        await Eventually.Becomes(() => host.Agent.Find($"{host.Tenant}") is null, "unregistered");
    }

    private static IReadOnlyList<string> Rows(CommandedAgent host, string path)
    {
        using var application = new Core.Tests.Replication.Application(host.Folder[path]);
        return application.Sql("SELECT x FROM t ORDER BY x");
    }

    private static Txid Parse(string? text) => Txid.TryParse(text!, out var txid) ? txid : default;

    private static string Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return to;
    }
}

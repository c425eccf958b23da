using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>A tenant comes to a host that has no file of it.</summary>
public sealed class AdoptRemoteCommandTests
{
    [Fact]
    public async Task A_tenant_whose_host_is_lost_comes_whole_and_goes_on_here()
    {
        await using var hosts = await AdoptingHosts.StartAsync();
        hosts.Application.Sql("INSERT INTO t VALUES (2)");
        await hosts.Owner.SyncedAsync($"{hosts.Tenant}");
        await hosts.LoseOwnerAsync();
        var ended = await hosts.AdoptAsync(new() { Epoch = 1 });
        Assert.True(ended.State == CommandStates.Done, $"{ended}\n{string.Join('\n', hosts.Other.Log.Lines)}");
        Assert.Contains(hosts.There, ended.Result, StringComparison.Ordinal);
        Assert.Equal((AdoptingHosts.Second, 2L, hosts.There), (hosts.Record.HostId, hosts.Record.Epoch, hosts.Record.Path));
        using var there = new Core.Tests.Replication.Application(hosts.There);
        Assert.Equal(["1", "2"], there.Sql("SELECT x FROM t ORDER BY x"));
        there.Sql("INSERT INTO t VALUES (3)");
        await hosts.Other.SyncedAsync($"{hosts.Tenant}");
        Assert.Equal(["1", "2", "3"], await RunningAgent.RestoredAsync(hosts.Folder, $"{hosts.Tenant}", "SELECT x FROM t ORDER BY x"));
        await Eventually.Becomes(() => hosts.Record is { Status: "active", FormerHost: null }, $"its new owner describes it: {hosts.Record}");
        // Asked for once more, by whoever did not hear: it is so already.
        Assert.Equal(CommandStates.Done, (await hosts.AdoptAsync(new() { Epoch = 1 })).State);
        Assert.Equal(2L, hosts.Record.Epoch);
    }

    /// <summary>What the owner was told is safe while its tenant was taken from it is in the new file: nothing comes between the fence and the restore.</summary>
    [Fact]
    public async Task From_an_owner_that_writes_all_the_time_nothing_that_it_published_is_missing()
    {
        await using var hosts = await AdoptingHosts.StartAsync();
        var published = 1;
        using var end = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            try
            {
                for (var x = 2; ; x++)
                {
                    hosts.Application.Sql($"INSERT INTO t VALUES ({x})");
                    await hosts.Owner.Find($"{hosts.Tenant}")!.SyncAsync(end.Token);
                    Volatile.Write(ref published, x);
                }
            }
            catch (Exception e) when (e is LitestreamException or OperationCanceledException)
            {
                // It is another host's.
            }
        });
        await Eventually.Becomes(() => Volatile.Read(ref published) > 5, "some are published");
        var ended = await hosts.AdoptAsync(new() { Epoch = 1, IfAlive = IfAliveWords.Take });
        Assert.True(ended.State == CommandStates.Done, $"{ended}");
        await Eventually.Becomes(() => hosts.Owner.Find($"{hosts.Tenant}")!.Snapshot().Status == DatabaseStatus.Lost, "the former owner finds that it lost it");
        await end.CancelAsync();
        await writing;
        using var there = new Core.Tests.Replication.Application(hosts.There);
        var rows = there.Sql("SELECT x FROM t ORDER BY x").Select(int.Parse).ToList();
        Assert.True(rows.Count >= published, $"{rows.Count} rows came, {published} were published");
        Assert.Equal(Enumerable.Range(1, rows.Count), rows);
        Assert.Equal(2, hosts.Record.Epoch);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_and_nothing_is_changed()
    {
        await using var hosts = await AdoptingHosts.StartAsync();
        async Task RefusedAsync(string code, CommandArguments arguments, Guid? tenant = null)
        {
            var ended = await hosts.AdoptAsync(arguments, tenant);
            Assert.True((CommandStates.Failed, code) == (ended.State, ended.ErrorCode), $"{code}: {ended}");
            Assert.Equal((AdoptingHosts.First, 1L), (hosts.Record.HostId, hosts.Record.Epoch));
            Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(hosts.There)!));
        }
        await RefusedAsync(CommandErrors.OwnedElsewhere, new() { Epoch = 1 });
        await hosts.LoseOwnerAsync();
        await RefusedAsync(CommandErrors.StaleEpoch, new() { Epoch = 4 });
        await RefusedAsync(CommandErrors.BadArgument, new());
        await RefusedAsync(CommandErrors.BadArgument, new() { Epoch = 1, TargetPath = "/etc" });
        await RefusedAsync(CommandErrors.BadArgument, new() { Epoch = 1, TargetPath = hosts.Folder[$"clients-{AdoptingHosts.Second}/{Guid.NewGuid()}.db"] });
        await RefusedAsync(CommandErrors.UnknownTenant, new() { Epoch = 1 }, Guid.NewGuid());
        var size = hosts.Record.SizeBytes;
        hosts.Set(TenantItem.SizeBytes, new(true, "4000000000000000"));
        await RefusedAsync(CommandErrors.NoRoom, new() { Epoch = 1 });
        hosts.Set(TenantItem.SizeBytes, new(true, $"{size}"));
        // What the owner published is not in the replica that this host has.
        var published = hosts.Record.ReplicatedTxid!;
        hosts.Set(TenantItem.ReplicatedTxid, new(false, "00000000000000ff"));
        await RefusedAsync(CommandErrors.NoSuchPoint, new() { Epoch = 1 });
        hosts.Set(TenantItem.ReplicatedTxid, new(false, published));
        Assert.Equal(CommandStates.Done, (await hosts.AdoptAsync(new() { Epoch = 1, TargetPath = hosts.Folder[$"clients-{AdoptingHosts.Second}"] })).State);
    }

    [Fact]
    public async Task What_cannot_be_restored_is_given_back_as_it_was()
    {
        await using var hosts = await AdoptingHosts.StartAsync();
        // All that there is of it, but not what it was.
        await hosts.Owner.Find($"{hosts.Tenant}")!.UpkeepAsync(snapshot: true, retention: false, CancellationToken.None);
        var sound = Directory.GetFiles(hosts.Folder[$"replica/databases/{hosts.Tenant}"], "*.ltx", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);
        foreach (var (path, bytes) in sound)
            File.WriteAllBytes(path, [.. bytes[..100], .. bytes[100..].Select(b => (byte)~b)]);
        var ended = await hosts.AdoptAsync(new() { Epoch = 1, IfAlive = IfAliveWords.Take });
        foreach (var (path, bytes) in sound)
            File.WriteAllBytes(path, bytes);
        Assert.True((CommandStates.Failed, CommandErrors.Damaged) == (ended.State, ended.ErrorCode), $"{ended}");
        Assert.Contains($"host {AdoptingHosts.First}'s again", ended.Error, StringComparison.Ordinal);
        Assert.Equal((AdoptingHosts.First, 3L, hosts.Owner.Find($"{hosts.Tenant}")!.Path, "active"), (hosts.Record.HostId, hosts.Record.Epoch, hosts.Record.Path, hosts.Record.Status));
        Assert.False(File.Exists(hosts.There));
        hosts.Application.Sql("INSERT INTO t VALUES (2)");
        await hosts.Owner.SyncedAsync($"{hosts.Tenant}");
        Assert.Equal(["1", "2"], await RunningAgent.RestoredAsync(hosts.Folder, $"{hosts.Tenant}", "SELECT x FROM t ORDER BY x"));
    }

    [Fact]
    public async Task Of_a_job_of_which_too_much_failed_nothing_new_is_begun()
    {
        await using var hosts = await AdoptingHosts.StartAsync();
        var job = hosts.PutJob(maxFailures: 1);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.NotEqual(JobStates.Halted, hosts.StateOf(job));
            Assert.Equal(CommandErrors.UnknownTenant, (await hosts.AdoptAsync(new() { Epoch = 1 }, Guid.NewGuid(), job)).ErrorCode);
        }
        Assert.Equal(JobStates.Halted, hosts.StateOf(job));
        await hosts.LoseOwnerAsync();
        Assert.Equal(CommandErrors.Halted, (await hosts.AdoptAsync(new() { Epoch = 1 }, job: job)).ErrorCode);
        Assert.Equal((AdoptingHosts.First, 1L), (hosts.Record.HostId, hosts.Record.Epoch));
        Assert.Equal(CommandStates.Done, (await hosts.AdoptAsync(new() { Epoch = 1 }, job: hosts.PutJob(maxFailures: 1))).State);
    }
}

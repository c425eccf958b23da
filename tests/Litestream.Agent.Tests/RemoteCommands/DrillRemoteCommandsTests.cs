using Litestream.Agent.RemoteCommands;
using Litestream.Agent.Tests.Fleet;
using Litestream.Agent.Tests.Reporting;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>What a drill leaves in the table: a proof for each command, once.</summary>
public sealed class DrillRemoteCommandsTests
{
    [Fact]
    public async Task A_drill_leaves_a_proof_and_the_tenants_item_says_when()
    {
        await using var host = await CommandedAgent.StartAsync();
        // A tenant that its owner has not described yet hears of its next drill.
        await Eventually.Becomes(() => Tenant(host) is not null, "the tenant is in the table");
        var drill = await host.RunAsync(CommandKinds.Drill);
        var proof = Assert.Single(Proofs(host.Server));
        Assert.Equal((host.Tenant, ProofVerdicts.Pass, CommandedAgent.HostId, drill.Id, drill.ResultTxid), (proof.Tenant, proof.Verdict, proof.By, proof.Command, proof.Txid));
        Assert.Equal(("sum,integrity,live", drill.ClaimedAt), (proof.Checks, proof.At));
        Assert.Null(proof.Detail);
        Assert.InRange(proof.Seconds, 0.0001, 30);
        Assert.Equal(host.Agent.Find($"{host.Tenant}")!.Snapshot().SizeBytes, proof.Bytes);
        await Eventually.Becomes(() => Tenant(host) is { LastDrillVerdict: ProofVerdicts.Pass } t && t.LastDrillAt == proof.At && t.LastSnapshotAt is not null, $"the tenant's item says so; it is {Tenant(host)}");

        // The owner's next word leaves that as it is.
        await host.RunAsync(CommandKinds.Pause);
        await Eventually.Becomes(() => Tenant(host)?.Status == "paused", "the owner says something else");
        Assert.Equal(proof.At, Tenant(host)!.LastDrillAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_before_or_behind_the_write_it_leaves_one_proof_all_the_same(bool isWritten)
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.RunAsync(CommandKinds.Sync);
        await host.Agent.StopAsync();
        await host.Agent.DisposeAsync();
        var claimedAt = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(-5).ToUnixTimeMilliseconds());
        var drill = host.New(CommandKinds.Drill, c => c with { State = CommandStates.Running, ClaimedBy = "earlier", ClaimedAt = claimedAt });
        host.Put(drill, isAnnounced: false);
        if (isWritten)
            Put(host.Server, new ProofRecord { Tenant = host.Tenant, At = claimedAt, Verdict = ProofVerdicts.Fail, By = CommandedAgent.HostId, Command = drill.Id, Detail = "what the earlier run found" });
        await host.StartAgentAsync();
        Assert.Equal(CommandStates.Done, (await host.EndOfAsync(drill)).State);
        var proof = Assert.Single(Proofs(host.Server));
        Assert.Equal((drill.Id, claimedAt, ProofVerdicts.Pass), (proof.Command, proof.At, proof.Verdict));
        Assert.Null(proof.Detail);
        Assert.Null(FleetTables.Find(host.Server, proof.Key)!.Text("badPk"));
    }

    [Fact]
    public async Task A_backup_that_does_not_restore_is_a_failed_proof_and_a_problem()
    {
        await using var host = await CommandedAgent.StartAsync();
        await Eventually.Becomes(() => Tenant(host) is not null, "the tenant is in the table");
        await host.RunAsync(CommandKinds.Pause);
        foreach (var file in Directory.GetFiles(host.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
        {
            using var bytes = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            bytes.Position = 150;
            var old = bytes.ReadByte();
            bytes.Position = 150;
            bytes.WriteByte((byte)~old);
        }
        var drill = await host.RunAsync(CommandKinds.Drill);
        Assert.Equal((CommandStates.Failed, CommandErrors.Damaged), (drill.State, drill.ErrorCode));
        var proof = Assert.Single(Proofs(host.Server));
        Assert.Equal((ProofVerdicts.Fail, drill.Error), (proof.Verdict, proof.Detail));
        Assert.StartsWith("3#", FleetTables.Find(host.Server, proof.Key)!.Text("badSk"), StringComparison.Ordinal);
        Assert.Equal(ProofVerdicts.Fail, Tenant(host)!.LastDrillVerdict);
    }

    [Fact]
    public async Task A_replica_that_is_not_the_tenants_own_proves_nothing_of_it()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.RunAsync(CommandKinds.Sync);
        var copy = host.Folder.Folder("copy");
        foreach (var file in Directory.GetFiles(host.ReplicaFolder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(host.ReplicaFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        var drill = await host.RunAsync(CommandKinds.Drill, c => c with { Arguments = new() { Replica = $"file://{copy}" } });
        Assert.Equal(CommandStates.Done, drill.State);
        Assert.Empty(Proofs(host.Server));
    }

    [Fact]
    public async Task The_proof_is_in_the_table_before_the_command_is_done_however_often_that_refuses()
    {
        await using var host = await CommandedAgent.StartAsync();
        var refusals = 0;
        host.Server.Fault = r => r.Item.Partition.StartsWith(FleetKeys.ProofPrefix, StringComparison.Ordinal) && Interlocked.Increment(ref refusals) <= 2 ? TableServerFault.Throttle : TableServerFault.None;
        Assert.Equal(CommandStates.Done, (await host.RunAsync(CommandKinds.Drill)).State);
        Assert.Single(Proofs(host.Server));
        Assert.True(refusals > 2);
    }

    [Fact]
    public async Task A_proof_that_passes_settles_those_that_had_not_and_two_of_one_moment_stand_beside_each_other()
    {
        await using var server = await FleetTables.StartAsync();
        using var client = FleetTables.Client(server);
        var proofs = new ProofTable(client, new(TimeProvider.System), NullLogger.Instance);
        var ids = new UlidSource(TimeProvider.System, new Random(1));
        var (before, later) = (FleetSamples.Proof() with { Command = ids.Next() }, FleetSamples.Proof() with { At = FleetSamples.Noon.AddDays(2), Command = ids.Next() });
        await proofs.WriteAsync(before, default);
        await proofs.WriteAsync(later, default);
        Assert.Equal(2, Proofs(server).Count(p => FleetTables.Find(server, p.Key)!.Text("badPk") is not null));
        var passed = before with { At = FleetSamples.Noon.AddDays(1), Verdict = ProofVerdicts.Pass, Command = ids.Next() };
        await proofs.WriteAsync(passed, default);
        // Of what was found later it says nothing.
        Assert.Equal([later.Key], Proofs(server).Where(p => FleetTables.Find(server, p.Key)!.Text("badPk") is not null).Select(p => p.Key));

        await proofs.WriteAsync(passed with { Command = ids.Next() }, default);
        Assert.Equal([passed.At, passed.At.AddMilliseconds(1)], Proofs(server).Where(p => p.Verdict == ProofVerdicts.Pass).Select(p => p.At).Order());
    }

    private static TenantRecord? Tenant(CommandedAgent host) => FleetTables.Find(host.Server, FleetKeys.Tenant(host.Tenant)) is { } item ? TenantItem.Read(item) : null;

    private static List<ProofRecord> Proofs(TableServer server) => [.. server.All(FleetKeys.ProofPrefix).Select(i => ProofItem.Read(FleetTables.Read(i)))];

    private static void Put(TableServer server, ProofRecord proof)
    {
        foreach (var (name, value) in ProofItem.Write(proof))
            server.Set(proof.Key.Partition, proof.Key.Sort, name, new(value.IsNumber, value.Text));
    }
}

using Litestream.Agent.RemoteCommands;
using Litestream.Agent.Restoring;
using Litestream.Fleet.Items;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>Which code a command ends with: by what it met, not by how its tenant does.</summary>
public sealed class RemoteCommandsFailureTests
{
    [Fact]
    public void Each_kind_of_error_has_a_code_of_the_treaty()
    {
        (LitestreamException Error, string Code)[] all =
        [
            (new RestoreRefusedException("refused"), CommandErrors.BadArgument), (new NoSuchPointException("none"), CommandErrors.NoSuchPoint),
            (new StorageException("empty", StorageFault.Missing), CommandErrors.NoSuchPoint), (new StorageException("away", StorageFault.Transient), CommandErrors.ReplicaUnavailable),
            (new StorageException("denied", StorageFault.Permanent), CommandErrors.ReplicaUnavailable), (new DamagedReplicaException("holes"), CommandErrors.Damaged),
            (new LtxFormatException("x.ltx", 7, "a", "b"), CommandErrors.Damaged), (new NotReplicatedException("stopped"), CommandErrors.NotReplicated),
            (new LitestreamException("whatever"), CommandErrors.Other),
        ];
        Assert.All(all, pair => Assert.Equal(pair.Code, RemoteFailures.CodeOf(pair.Error)));
        foreach (var fault in Enum.GetValues<InPlaceFault>())
            Assert.Contains(RemoteFailures.CodeOf(new InPlaceException(fault, "why")), CommandErrors.All);
        Assert.Equal("what happened (what to do)", RemoteFailures.TextOf(new LitestreamException("what happened", hint: "what to do")));
    }

    [Fact]
    public async Task A_moment_outside_of_what_can_be_restored_is_named_so_with_what_can_be()
    {
        await using var host = await CommandedAgent.StartAsync();
        (CommandArguments Arguments, string Said)[] all =
        [
            (new() { Txid = "00000000000fffff" }, "the newest is"), (new() { Timestamp = DateTimeOffset.UnixEpoch.AddYears(30) }, "it holds states from"),
            (new() { Timestamp = DateTimeOffset.UtcNow.AddDays(1) }, "has not come yet"), (new() { Txid = "00000000000fffff", NewTenant = Guid.NewGuid() }, "the newest is"),
            (new() { Timestamp = DateTimeOffset.UnixEpoch.AddYears(30), TargetPath = host.Folder["restores/old.db"] }, "it holds states from"),
        ];
        foreach (var (arguments, said) in all)
            await FailsAsync(host, CommandKinds.Restore, arguments, CommandErrors.NoSuchPoint, said);
        await FailsAsync(host, CommandKinds.Drill, new() { Txid = "00000000000fffff" }, CommandErrors.NoSuchPoint, "the newest is");
        Assert.Equal(["1"], host.Application.Sql("SELECT x FROM t"));
        Assert.Empty(Directory.GetFiles(host.Folder["restores"]));
    }

    [Fact]
    public async Task A_place_or_name_that_cannot_be_is_a_bad_argument_also_of_a_tenant_that_is_stopped()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.RunAsync(CommandKinds.Pause);
        File.WriteAllText(host.Folder["restores/taken.db"], "somebody's");
        (CommandArguments Arguments, string Said)[] all =
        [
            (new() { TargetPath = host.Folder["elsewhere.db"] }, "outside of the directories"), (new() { TargetPath = "restores/x.db" }, "absolute path"),
            (new() { TargetPath = host.Folder.Path + "/restores/../x.db" }, ". or .. parts"), (new() { TargetPath = host.Folder["restores/taken.db"] }, "there already"),
            (new() { NewTenant = host.Tenant }, "the tenant itself"), (new() { TargetPath = host.Folder["restores/x.db"], IfBusy = "perhaps" }, "expected wait or fail"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = "backups" }, "a complete URL"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = "gs://bucket/path" }, "gs:// is not available"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = $"file://{host.Folder["replica"]}/databases/{Guid.NewGuid()}" }, "another tenant's"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = $"file://{host.Folder["replica"]}/databases/{Guid.NewGuid()}/./" }, "another tenant's"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = $"file://{host.Folder["replica"]}/databases/%34{$"{Guid.NewGuid()}"[1..]}" }, "another tenant's"),
            (new() { TargetPath = host.Folder["restores/x.db"], Replica = $"s3://bucket/databases/{host.Tenant}?endpoint=http://127.0.0.1:1" }, "no store at 127.0.0.1:1"),
        ];
        foreach (var (arguments, said) in all)
            await FailsAsync(host, CommandKinds.Restore, arguments, CommandErrors.BadArgument, said);
        await FailsAsync(host, CommandKinds.Restore, new() { TargetPath = host.Folder["restores/x.db"], Replica = $"file://{host.Folder.Folder("empty")}" }, CommandErrors.NoSuchPoint, "holds no LTX file");
        await FailsAsync(host, CommandKinds.Restore, new() { Txid = "0000000000000001" }, CommandErrors.NotReplicated, "stopped");
        await FailsAsync(host, CommandKinds.Sync, new(), CommandErrors.NotReplicated, "is not replicated now");
        Assert.Equal([host.Folder["restores/taken.db"]], Directory.GetFiles(host.Folder["restores"]));
    }

    internal static async Task FailsAsync(CommandedAgent host, string kind, CommandArguments arguments, string code, string said, Guid? tenant = null)
    {
        var ended = await host.RunAsync(kind, c => c with { Arguments = arguments, Tenant = tenant ?? c.Tenant });
        Assert.True((ended.State, ended.ErrorCode) == (CommandStates.Failed, code), $"{code} is expected of {arguments}, found {ended}");
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
    }
}

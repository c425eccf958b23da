using Litestream.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>
/// A state directory that wakes up on another machine: its disk was moved there, or the whole machine was copied. The one goes on by itself, of the other there are never two
/// writers.
/// </summary>
public sealed class OtherMachineTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_disk_that_was_moved_to_another_machine_goes_on_there_by_itself_when_the_old_one_is_silent()
    {
        var time = new ShiftedTime();
        await using var folder = new ReplicatedFolder { Time = time };
        UseMachine(folder, "1");
        using var application = folder.NewTenant();
        await ReplicatedFolder.WriteAsync(application, await folder.BeginAsync(Name), 3);
        var (before, left) = (folder.Store!.Instance, folder.Store.Find(Name)!.Snapshot().ReplicatedTxid);
        await folder.DropAsync();

        UseMachine(folder, "2");
        application.Sql("INSERT INTO t (v) VALUES ('committed meanwhile')");
        folder.Open();
        Assert.NotEqual(before, folder.Store!.Instance);
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Waiting, Reason: DatabaseReason.RecentForeignWriter }, "the old machine may be there still");
        time.Skip(TimeSpan.FromMinutes(2));
        database.State.Replicas[0].Lane.Wake();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Active, "it goes on");
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Equal(2u, database.Snapshot().Epoch);
        Assert.Empty(await folder.PagesOfAsync(Name, Assert.Single(await folder.ListAsync(Name, 0), f => f.MinTxid == left.Next)));

        // From here on that is its machine.
        var now = folder.Store!.Instance;
        await folder.StopAsync();
        folder.Open();
        Assert.Equal(now, folder.Store!.Instance);
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 1);
        Assert.Equal(2u, folder.Store.Find(Name)!.Snapshot().Epoch);
    }

    [Fact]
    public async Task A_disk_that_was_moved_twice_before_anybody_wrote_goes_on_all_the_same()
    {
        var time = new ShiftedTime();
        await using var folder = new ReplicatedFolder { Time = time };
        UseMachine(folder, "1");
        using var application = folder.NewTenant();
        await ReplicatedFolder.WriteAsync(application, await folder.BeginAsync(Name), 2);
        await folder.StopAsync();
        foreach (var machine in new[] { "2", "3" })
        {
            UseMachine(folder, machine);
            folder.Open();
            await folder.DropAsync();
        }
        time.Skip(TimeSpan.FromMinutes(2));
        await ReplicatedFolder.WriteAsync(application, await folder.BeginAsync(Name), 2);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Equal(2u, folder.Store!.Find(Name)!.Snapshot().Epoch);
    }

    /// <summary>The table of page sums came with the disk: thousands of tenants need not be downloaded because theirs was moved.</summary>
    [Fact]
    public async Task A_disk_that_was_moved_need_not_read_what_it_wrote()
    {
        await using var server = await S3Server.StartAsync("chain");
        using var root = ReplicaRoot.Parse(server.Url("chain"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        var time = new ShiftedTime();
        await using var folder = new ReplicatedFolder { RootAt = root, Time = time };
        UseMachine(folder, "1");
        using var application = folder.NewTenant();
        await ReplicatedFolder.WriteAsync(application, await folder.BeginAsync(Name), 3);
        await folder.StopAsync();
        UseMachine(folder, "2");
        time.Skip(TimeSpan.FromMinutes(2));
        server.Requests.Clear();
        await ReplicatedFolder.WriteAsync(application, await folder.BeginAsync(Name), 1);
        Assert.Equal(2u, folder.Store!.Find(Name)!.Snapshot().Epoch);
        Assert.DoesNotContain(server.Requests, r => r is { Method: "GET", IsListing: false } && !r.Key.Contains("/0000/", StringComparison.Ordinal));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Of_a_machine_that_was_copied_and_its_copy_exactly_one_replicates()
    {
        await using var original = new ReplicatedFolder();
        UseMachine(original, "1");
        using var ours = original.NewTenant();
        await ReplicatedFolder.WriteAsync(ours, await original.BeginAsync(Name), 3);
        await using var copy = await CopyAsync(original, "2");
        var database = original.Store!.Find(Name)!;
        copy.Open();
        var copied = copy.Register(Name);
        await ReplicatedFolder.WaitAsync(() => copied.Snapshot().Status == DatabaseStatus.Active, "it goes on, as nobody wrote for an hour");
        using var theirs = new Application(copy.PathOf(Name));
        await ReplicatedFolder.WriteAsync(theirs, copied, 2);
        ours.Sql("INSERT INTO t (v) VALUES ('too late')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.SplitBrain, "shut out");
        await ReplicatedFolder.WriteAsync(theirs, copied, 1);
        await copy.AssertRestoresEqualAsync(Name);
    }

    /// <summary>
    /// A fleet knows that the old machine is gone, and not how old this disk is: that the chain says, beside the books. What a power loss took from them is no other state.
    /// </summary>
    [Theory]
    [InlineData(10, true)]
    [InlineData(600, false)]
    public async Task In_a_fleet_a_disk_goes_on_for_a_machine_that_is_gone_unless_the_chain_went_on_behind_its_books(int seconds, bool isMoved)
    {
        await using var original = new ReplicatedFolder { Time = new ShiftedTime() };
        UseMachine(original, "1");
        using var ours = original.NewTenant();
        await ReplicatedFolder.WriteAsync(ours, await original.BeginAsync(Name), 2);
        await using var disk = await CopyAsync(original, "2");
        ((ShiftedTime)original.Time).Skip(TimeSpan.FromSeconds(seconds));
        await ReplicatedFolder.WriteAsync(ours, original.Store!.Find(Name)!, 2);
        await original.DropAsync();

        disk.Options = disk.Options with { MayTakeOver = (question, _) => Task.FromResult(question.WasHere ? OwnershipAnswer.Refused("it is web-1's") : OwnershipAnswer.Granted(2)) };
        disk.Open();
        var database = disk.Register(Name);
        // Nobody writes it.
        database.Look();
        await ReplicatedFolder.WaitAsync(() => isMoved ? database.Snapshot() is { Status: DatabaseStatus.Active, Epoch: 2 } : database.Snapshot().Status == DatabaseStatus.SplitBrain, "it is decided");
        if (isMoved)
            await ReplicatedFolder.SyncAsync(database);
        await (isMoved ? disk : original).AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("1")]
    [InlineData(null)]
    public async Task A_copy_of_what_went_on_since_is_left_alone(string? machine)
    {
        await using var original = new ReplicatedFolder { Time = new ShiftedTime() };
        UseMachine(original, machine is null ? null : "1");
        using var ours = original.NewTenant();
        await ReplicatedFolder.WriteAsync(ours, await original.BeginAsync(Name), 1);
        await using var copy = await CopyAsync(original, machine);
        var database = original.Store!.Find(Name)!;
        ((ShiftedTime)original.Time).Skip(TimeSpan.FromMinutes(30));
        await ReplicatedFolder.WriteAsync(ours, database, 2);
        copy.Open();
        Assert.Equal(machine != "2", copy.Store!.Instance == original.Store!.Instance);
        var copied = copy.Register(Name);
        using var theirs = new Application(copy.PathOf(Name));
        theirs.Sql("INSERT INTO t (v) VALUES ('on the copy')");
        copied.Notice(FileEvent.Wal);
        if (machine == "2")
        {
            await ReplicatedFolder.WaitAsync(() => copied.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
            await ReplicatedFolder.WriteAsync(ours, database, 2);
            await original.AssertRestoresEqualAsync(Name);
            return;
        }
        // Nothing tells them apart: the first to publish goes on.
        await ReplicatedFolder.SyncAsync(copied);
        ours.Sql("INSERT INTO t (v) VALUES ('too late')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.SplitBrain, "shut out");
        await copy.AssertRestoresEqualAsync(Name);
    }

    /// <summary>The copy's first replica is a new one, of which nobody has to be asked, and says where the chain stands; the second is the original's, and answers later.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_joins_the_originals_replica_only_as_it_would_begin_there(bool isInFleet)
    {
        await using var shared = new ReplicatedFolder();
        await using var original = new ReplicatedFolder { OtherRoots = [ReplicaRoot.Parse("file://" + shared.Backups)] };
        UseMachine(original, "1");
        using var ours = original.NewTenant();
        var database = await original.BeginAsync(Name);
        await ReplicatedFolder.WriteAsync(ours, database, 2);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Txid == database.Snapshot().Txid, "in both");
        await using var copy = await CopyAsync(original, "2", backups: Path.Combine(shared.State, "first"));
        copy.OtherRoots = original.OtherRoots;
        if (isInFleet)
            copy.Options = copy.Options with { MayTakeOver = (_, _) => Task.FromResult(OwnershipAnswer.Refused("it is web-1's")) };
        database = original.Store!.Find(Name)!;
        await ReplicatedFolder.SyncAsync(database);
        var away = new BlockedFolder(shared.Backups);
        copy.Open();
        var copied = copy.Register(Name);
        copied.Look();
        await ReplicatedFolder.WaitAsync(() => copied.Snapshot().Replicas[1].Errors > 0 && copied.State.Chain is not null, "the first has said where the chain stands");
        away.Unblock();
        copied.State.Replicas[1].Lane.Wake();
        await ReplicatedFolder.WaitAsync(() => copied.Snapshot().Replicas[1].Status == (isInFleet ? DatabaseStatus.SplitBrain : DatabaseStatus.Active) && copied.State.Replicas[1].Stage != ReplicaStage.Unknown != isInFleet, "it is decided");
        ours.Sql("INSERT INTO t (v) VALUES ('on the original')");
        database.Notice(FileEvent.Wal);
        if (isInFleet)
            await ReplicatedFolder.WaitAsync(() => database.Snapshot() is var now && now.Txid.Value > 3 && now.Replicas[1].Txid == now.Txid, "it goes on there");
        else
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Status == DatabaseStatus.SplitBrain, "shut out there");
    }

    /// <summary>The copy went on in a replica while the original was stopped, or had not yet had an answer from there: no minute of silence makes that right.</summary>
    [Fact]
    public async Task An_original_that_starts_behind_its_copy_is_shut_out_there_at_once_and_for_good()
    {
        await using var shared = new ReplicatedFolder();
        await using var original = new ReplicatedFolder { OtherRoots = [ReplicaRoot.Parse("file://" + shared.Backups)], Time = new ShiftedTime() };
        UseMachine(original, "1");
        using var ours = original.NewTenant();
        var database = await original.BeginAsync(Name);
        await ReplicatedFolder.WriteAsync(ours, database, 2);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Txid == database.Snapshot().Txid, "in both");
        await using var copy = await CopyAsync(original, "2", backups: Path.Combine(shared.State, "first"), startsAgain: false);
        copy.OtherRoots = original.OtherRoots;
        copy.Open();
        var copied = copy.Register(Name);
        copied.Look();
        await ReplicatedFolder.WaitAsync(() => copied.Snapshot() is { Status: DatabaseStatus.Active } now && now.Txid.Value > 3 && now.Replicas.All(r => r.Txid == now.Txid), "the copy goes on in both");

        ours.Sql("INSERT INTO t (v) VALUES ('on the original')");
        original.Open();
        database = original.Register(Name);
        database.Look();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[1].Errors > 0, "it has met the copy");
        Assert.Equal((DatabaseStatus.SplitBrain, DatabaseReason.ForeignTransaction), (database.Snapshot().Replicas[1].Status, database.Snapshot().Replicas[1].Reason));
        await ReplicatedFolder.SyncAsync(database);
    }

    [Theory]
    [InlineData("")]
    [InlineData("uninitialized")]
    [InlineData("00000000000000000000000000000000")]
    public void A_machine_without_an_id_is_none_in_particular(string text)
    {
        using var scratch = new Storage.ScratchFolder();
        File.WriteAllText(scratch["machine-id"], text + "\n");
        Assert.Null(MachineId.Read(scratch["machine-id"]));
        Assert.Null(MachineId.Read(scratch["nowhere"]));
        File.WriteAllText(scratch["machine-id"], "0123456789abcdef0123456789abcdef\n");
        Assert.NotNull(MachineId.Read(scratch["machine-id"]));
    }

    /// <summary>Another machine with the same state and the same database as of now, an hour later by its clock.</summary>
    private static async Task<ReplicatedFolder> CopyAsync(ReplicatedFolder original, string? machine, string? backups = null, bool startsAgain = true)
    {
        await original.StopAsync();
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(1));
        var copy = new ReplicatedFolder { BackupsAt = backups ?? original.Backups, Time = time };
        foreach (var path in Directory.EnumerateFiles(original.State, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy.State, Path.GetRelativePath(original.State, path));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(path, to);
        }
        foreach (var path in Directory.EnumerateFiles(original.Data))
            File.Copy(path, Path.Combine(copy.Data, Path.GetFileName(path)));
        if (startsAgain)
        {
            original.Open();
            original.Register(Name);
        }
        UseMachine(copy, machine);
        return copy;
    }

    /// <param name="machine">Null: one without an id.</param>
    private static void UseMachine(ReplicatedFolder folder, string? machine)
    {
        var file = Path.Combine(folder.State, "..", "machine-id");
        File.WriteAllText(file, machine?.PadLeft(32, 'a') ?? "");
        folder.Options = folder.Options with { MachineIdFile = file };
    }
}

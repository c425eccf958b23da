using Litestream.EndToEnd.InPlace;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Replication;

namespace Litestream.EndToEnd.Fleet;

/// <summary>
/// A command is killed with its agent at each step, and found by the next run: it ends as what became of it, and what it does was done once or not at all. That
/// is counted by what it leaves (transactions, files, images), and by what the next run says that it began.
/// </summary>
public sealed class FleetCommandCrashTests : IAsyncLifetime, IDisposable
{
    private const string Host = "web-1";

    private readonly Sandbox _sandbox = new();
    private readonly UlidSource _ids = new(TimeProvider.System, new Random());
    private Dynalite? _server;
    private RawTable? _table;

    private RawTable Table => _table!;

    public async Task InitializeAsync()
    {
        if (new NeedsNodeAttribute().Skip is not null)
            return;
        _server = await Dynalite.StartAsync();
        _table = new(_server.Endpoint, "fleet");
        await Table.CreateAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _sandbox.Dispose();
        _table?.Dispose();
        _server?.Dispose();
    }

    [NeedsNodeTheory]
    [InlineData("CommandClaimed", true)]
    [InlineData("CommandBegun", false)]
    [InlineData("RestoredAside", false)]
    [InlineData("InPlaceLabelled", false)]
    [InlineData("InPlaceHalfCopied", false)]
    [InlineData("InPlaceCommitted", true)]
    [InlineData("InPlacePublished", true)]
    [InlineData("CommandNotTold", true)]
    public async Task A_restore_in_place_has_happened_once_or_not_at_all_and_its_item_says_which(string step, bool happens)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var generations = await Generations.CreateAsync(application);
        await generations.BeginAsync(1);
        var agent = await StartAsync(step);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        var wanted = (await tenant.ListAsync()).Max(file => file.Max);
        await generations.BeginAsync(2);
        await agent.SyncAsync(tenant.Id);
        var before = (await tenant.ListAsync()).Max(file => file.Max);

        var command = await PutAsync(tenant, CommandKinds.Restore, new() { Txid = $"{wanted:x16}", IfBusy = IfBusyWords.Wait });
        var (ended, again) = await DieAndGoOnAsync(agent, command);

        Assert.Equal(happens ? (CommandStates.Done, null) : (CommandStates.Failed, CommandErrors.Interrupted), (ended.State, ended.ErrorCode));
        Assert.Equal(happens ? "1" : "2", await generations.SeenAsync());
        await again.SyncAsync(tenant.Id);
        Assert.Equal(before + (happens ? 1 : 0), (await tenant.ListAsync()).Max(file => file.Max));
        await IsSoundAsync(tenant);
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-undo", tenant.Id)).Must(happens ? 0 : 1);
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
        await again.StopInOrderAsync();
    }

    [NeedsNodeTheory]
    [InlineData("CommandClaimed", false)]
    [InlineData("CommandBegun", false)]
    [InlineData("RestoreProven", false)]
    [InlineData("RestoreNamed", true)]
    [InlineData("CommandNotTold", true)]
    public async Task A_restore_to_a_path_makes_one_file_and_leaves_no_part_of_one(string step, bool isThere)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var agent = await StartAsync(step);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        var folder = _sandbox.Folder("elsewhere");
        var path = Path.Combine(folder, "copy.db");

        var command = await PutAsync(tenant, CommandKinds.Restore, new() { TargetPath = path });
        var made = default(DateTime);
        var (ended, again) = await DieAndGoOnAsync(agent, command, whileDead: () =>
        {
            Assert.Equal(isThere, File.Exists(path));
            made = File.GetCreationTimeUtc(path);
        });

        Assert.Equal((CommandStates.Done, null), (ended.State, ended.ErrorCode));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        if (isThere)
            Assert.Equal(made, File.GetCreationTimeUtc(path));
        await IsCopyAsync(tenant, path);
        await again.StopInOrderAsync();
    }

    [NeedsNodeTheory]
    [InlineData("CommandBegun")]
    [InlineData("RestoreProven")]
    [InlineData("RestoreNamed")]
    [InlineData("CommandNotTold")]
    public async Task A_fork_is_one_tenant_with_one_chain(string step)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var agent = await StartAsync(step);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        var fork = _sandbox.NewTenant();

        var command = await PutAsync(tenant, CommandKinds.Restore, new() { NewTenant = fork.Guid });
        var (ended, again) = await DieAndGoOnAsync(agent, command);

        Assert.Equal((CommandStates.Done, null), (ended.State, ended.ErrorCode));
        Assert.Equal(new[] { fork.Path, tenant.Path }.Order(StringComparer.Ordinal),
            Directory.GetFiles(_sandbox.Data).Where(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        await again.WaitForActiveAsync(fork.Id);
        await again.SyncAsync(fork.Id);
        await IsCopyAsync(tenant, fork.Path);
        await IsSoundAsync(fork);
        fork.ChainIsWhole();
        Assert.Single(await fork.ListAsync());
        await again.StopInOrderAsync();
    }

    /// <summary>What may be done twice is: but what it leaves is the same, and nothing of it is done once it has been told.</summary>
    [NeedsNodeTheory]
    [InlineData(CommandKinds.Drill, "CommandBegun")]
    [InlineData(CommandKinds.Drill, "RestoredAside")]
    [InlineData(CommandKinds.Drill, "CommandNotTold")]
    [InlineData(CommandKinds.Sync, "CommandClaimed")]
    [InlineData(CommandKinds.Sync, "CommandNotTold")]
    [InlineData(CommandKinds.Snapshot, "CommandBegun")]
    [InlineData(CommandKinds.Snapshot, "MergedNotPublished")]
    [InlineData(CommandKinds.Snapshot, "MergedNotBooked")]
    [InlineData(CommandKinds.Snapshot, "CommandNotTold")]
    [InlineData(CommandKinds.Verify, "CommandNotTold")]
    [InlineData(CommandKinds.Pause, "CommandBegun")]
    [InlineData(CommandKinds.Pause, "CommandNotTold")]
    [InlineData(CommandKinds.Resume, "CommandBegun")]
    [InlineData(CommandKinds.Resume, "CommandNotTold")]
    public async Task Another_command_is_done_and_leaves_what_one_run_leaves(string kind, string step)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var agent = await StartAsync(step);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        await application.InsertAsync(10);
        await agent.SyncAsync(tenant.Id);
        var before = (await tenant.ListAsync()).Max(file => file.Max);
        if (kind == CommandKinds.Resume)
            (await PublishedProgram.RunAsync(_sandbox, "stop", tenant.Id)).MustSucceed();

        var command = await PutAsync(tenant, kind);
        var (ended, again) = await DieAndGoOnAsync(agent, command);

        Assert.Equal((CommandStates.Done, null), (ended.State, ended.ErrorCode));
        var files = await tenant.ListAsync();
        // Behind a snapshot is a pair of empty files, of one transaction.
        var images = kind == CommandKinds.Snapshot ? 1 : 0;
        Assert.Equal((before + images, images), (files.Max(file => file.Max), files.Count(file => file.Level == 9)));
        Assert.Empty(Directory.Exists(ScratchPath) ? Directory.GetFiles(ScratchPath, "*", SearchOption.AllDirectories) : []);
        if (kind == CommandKinds.Pause)
            await again.WaitForAsync(tenant.Id, client => client.Status == "paused", "is paused");
        else
            await again.WaitForActiveAsync(tenant.Id);
        if (kind == CommandKinds.Drill)
        {
            Assert.StartsWith("passed", ended.Result);
            Assert.Single(await Table.QueryAsync(ItemQuery.Proofs(tenant.Guid)));
        }
        await IsSoundAsync(tenant);
        await again.StopInOrderAsync();
    }

    private string ScratchPath => Path.Combine(_sandbox.State, "scratch");

    /// <summary>Each agent hears of the command from its first heartbeat's answer.</summary>
    private Task<RunningAgent> StartAsync(string? crashAt)
    {
        Assert.True(crashAt is null || Enum.IsDefined(Enum.Parse<FaultPoint>(crashAt)));
        var variables = new Dictionary<string, string>(Table.Variables) { ["LITESTREAM_CRASH_AT"] = crashAt ?? "" };
        return RunningAgent.StartWithAsync(_sandbox, variables, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl,
            "-sync-interval", "100ms", "-fleet-table", Table.Name, "-fleet-interval", "1s", "-host-id", Host, "-restore-dir", _sandbox.Folder("elsewhere"));
    }

    private async Task<CommandRecord> PutAsync(Tenant tenant, string kind, CommandArguments? arguments = null)
    {
        await Eventually.TrueAsync(async () => await Table.FindAsync(FleetKeys.Host(Host)) is not null, () => "the host is in the table");
        var now = DateTimeOffset.UtcNow;
        var command = new CommandRecord
        {
            HostId = Host,
            Id = _ids.Next(),
            Kind = kind,
            State = CommandStates.Requested,
            Tenant = tenant.Guid,
            RequestedAt = now,
            RequestedBy = "ada",
            ExpiresAt = now.AddHours(1),
            Arguments = arguments ?? new(),
        };
        Assert.True(await Table.TryUpdateAsync(CommandItem.Put(command)));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.CommandAdded(Host)));
        return command;
    }

    /// <summary>The agent dies at its point; another run of it finds the command, which ends, and is not begun once more when the host is asked for something else.</summary>
    private async Task<(CommandRecord Ended, RunningAgent Again)> DieAndGoOnAsync(RunningAgent agent, CommandRecord command, Action? whileDead = null)
    {
        Assert.Equal(128 + Signal.Kill, await agent.WaitForExitAsync());
        whileDead?.Invoke();
        var again = await StartAsync(null);
        CommandRecord? ended = null;
        async Task<bool> HasEndedAsync() => CommandStates.IsFinal((ended = CommandItem.Read((await Table.FindAsync(command.Key))!)).State);
        await Eventually.TrueAsync(HasEndedAsync, () => $"the command ends; it is {ended}\n{again.Said}");

        var next = await PutAsync(new Tenant(_sandbox, Guid.NewGuid(), _sandbox.Data, ".db"), CommandKinds.Sync);
        await Eventually.TrueAsync(async () => CommandItem.Read((await Table.FindAsync(next.Key))!).State == CommandStates.Failed, () => $"another look at commands\n{again.Said}");
        Assert.Single(again.Lines, line => line.Contains($"command {command.Id} begins", StringComparison.Ordinal));
        Assert.Equal(ended, CommandItem.Read((await Table.FindAsync(command.Key))!));
        return (ended!, again);
    }

    private async Task IsCopyAsync(Tenant tenant, string path)
    {
        var digests = await WriterProgram.DigestsAsync(_sandbox, tenant.Path, path);
        Assert.Equal(digests[tenant.Path], digests[path]);
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, path))[path]);
    }

    private async Task IsSoundAsync(Tenant tenant)
    {
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, tenant.Path))[tenant.Path]);
        await tenant.ReplicaEqualsAsync();
    }
}

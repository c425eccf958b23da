using System.Text.Json;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Commands as items, agents as processes: who gets one, and what a kill in the middle leaves.</summary>
public sealed class FleetCommandTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly UlidSource _ids = new(TimeProvider.System, new Random());

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task A_host_hears_of_a_command_from_its_heartbeat_and_only_that_host_runs_it()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var tenant = await _sandbox.CreateTenantAsync();
        var other = _sandbox.Folder("other");
        var agent = await StartAsync(table.Variables, "web-1", _sandbox.Data);
        var bystander = await StartAsync(table.Variables, "web-2", other);
        await agent.WaitForActiveAsync(tenant.Id);
        await Eventually.TrueAsync(async () => await table.FindAsync(FleetKeys.Host("web-1")) is not null && await table.FindAsync(FleetKeys.Host("web-2")) is not null, () => agent.Said);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(10);
        var command = New("web-1", tenant.Guid, CommandKinds.Sync);
        Assert.True(await table.TryUpdateAsync(CommandItem.Put(command)));
        Assert.True(await table.TryUpdateAsync(HostDigestItem.CommandAdded("web-1")));
        CommandRecord? ended = null;
        await Eventually.TrueAsync(
            async () => CommandStates.IsFinal((ended = CommandItem.Read((await table.FindAsync(command.Key))!)).State), () => $"the command ends; it is {ended}\n{agent.Said}", TimeSpan.FromSeconds(20));
        Assert.Equal((CommandStates.Done, null), (ended!.State, ended.Error));
        await tenant.ReplicaEqualsAsync(agent);
        Assert.DoesNotContain(bystander.Lines, line => line.Contains("command", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Every step of every kind: the write that says so is done and its answer lost, or it never arrives.</summary>
    public static TheoryData<string, string, bool> Steps()
    {
        var all = new TheoryData<string, string, bool>();
        foreach (var kind in (string[])[CommandKinds.Sync, CommandKinds.Snapshot, CommandKinds.Verify, CommandKinds.Release, CommandKinds.TakeOver, CommandKinds.Pause, CommandKinds.Resume, CommandKinds.Drill])
        {
            foreach (var step in (string[])[CommandStates.Claimed, CommandStates.Running, CommandStates.Done])
            {
                all.Add(kind, step, true);
                all.Add(kind, step, false);
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Killed_at_any_step_it_is_done_by_the_next_run_and_never_in_between(string kind, string step, bool isDone)
    {
        await using var table = await TableServer.StartAsync();
        var variables = new Dictionary<string, string> { ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint, ["AWS_REGION"] = "eu-west-1", ["AWS_ACCESS_KEY_ID"] = "x", ["AWS_SECRET_ACCESS_KEY"] = "x" };
        var tenant = await _sandbox.CreateTenantAsync();
        var agent = await StartAsync(variables, "web-1", _sandbox.Data);
        await agent.WaitForActiveAsync(tenant.Id);
        var host = FleetKeys.Host("web-1");
        await Eventually.TrueAsync(() => table.Find(host.Partition, host.Sort) is not null, () => agent.Said);

        var count = 1;
        if (kind == CommandKinds.Resume)
        {
            Put(table, New("web-1", tenant.Guid, CommandKinds.Pause), count++);
            await agent.WaitForAsync(tenant.Id, client => client.Status == "paused", "is paused");
        }
        // The agent never hears of this step: it is killed while it waits for the answer.
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        table.Fault = request =>
        {
            if (StateIn(request) != step)
                return TableServerFault.None;
            reached.TrySetResult();
            return isDone ? TableServerFault.LoseReply : TableServerFault.Hang;
        };
        var command = New("web-1", tenant.Guid, kind);
        Put(table, command, count++);
        await reached.Task.WaitAsync(Eventually.Patience);
        await agent.KillAsync();
        table.Fault = _ => TableServerFault.None;
        table.Release();

        agent = await StartAsync(variables, "web-1", _sandbox.Data);
        await Eventually.TrueAsync(() => CommandStates.IsFinal(Find(table, command).State), () => $"the command ends; it is {Find(table, command)}\n{agent.Said}");
        var ended = Find(table, command);
        Assert.True(ended.State == CommandStates.Done, $"{ended}\n{agent.Said}");
        var sent = table.Requests.Where(r => r.Item == (command.Key.Partition, command.Key.Sort)).Select(StateIn).Where(s => s is not null).ToList();
        Assert.True(sent.Count(s => s == CommandStates.Running) <= (step == CommandStates.Running && !isDone ? 2 : 1), string.Join(' ', sent));
        // Once the table knows its end nobody begins it again, also when the host is asked for something else; else the next run does, once.
        var next = New("web-1", Guid.NewGuid(), CommandKinds.Sync);
        Put(table, next, count);
        await Eventually.TrueAsync(() => Find(table, next).State == CommandStates.Failed, () => $"another look at commands\n{agent.Said}");
        var began = agent.Lines.Count(line => line.Contains($"command {command.Id} begins", StringComparison.Ordinal));
        Assert.True(began == (step == CommandStates.Done && isDone ? 0 : 1), $"begun {began} times\n{agent.Said}");
        Assert.Equal(ended, Find(table, command));
        if (kind == CommandKinds.Pause)
            await agent.WaitForAsync(tenant.Id, client => client.Status == "paused", "is paused");
        else if (kind == CommandKinds.Resume)
            await agent.WaitForActiveAsync(tenant.Id);
        await agent.StopInOrderAsync();
    }

    private static string? StateIn(TableServerRequest request) =>
        request.Item.Sort.StartsWith(FleetKeys.CommandPrefix, StringComparison.Ordinal) && request.Body.TryGetProperty("ExpressionAttributeValues", out var values)
            && values.TryGetProperty(":state", out JsonElement state) ? state.GetProperty("S").GetString() : null;

    private static void Put(TableServer table, CommandRecord command, int commandsWaiting)
    {
        foreach (var (name, value) in CommandItem.Write(command))
            table.Set(command.Key.Partition, command.Key.Sort, name, new(value.IsNumber, value.Text));
        var host = FleetKeys.Host(command.HostId);
        table.Set(host.Partition, host.Sort, "commandsWaiting", new(true, $"{commandsWaiting}"));
    }

    private static CommandRecord Find(TableServer table, CommandRecord command)
    {
        var item = new Item();
        foreach (var (name, value) in table.Find(command.Key.Partition, command.Key.Sort)!)
            item.Add(name, value.IsNumber ? ItemValue.OfNumberText(value.Text) : ItemValue.Of(value.Text));
        return CommandItem.Read(item);
    }

    private Task<RunningAgent> StartAsync(IReadOnlyDictionary<string, string> variables, string id, string folder) => RunningAgent.StartWithAsync(_sandbox, variables,
        "replicate", "-watch-dir", folder, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms", "-fleet-table", "fleet", "-fleet-interval", "1s", "-host-id", id);

    private CommandRecord New(string host, Guid tenant, string kind) => new()
    {
        HostId = host,
        Id = _ids.Next(),
        Kind = kind,
        State = CommandStates.Requested,
        Tenant = tenant,
        RequestedAt = DateTimeOffset.UtcNow,
        RequestedBy = "ada",
        ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
    };
}

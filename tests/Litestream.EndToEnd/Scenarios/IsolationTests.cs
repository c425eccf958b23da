using System.Globalization;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>One bad tenant shows its error; the others do not notice.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_file_that_is_no_database_waits_and_says_so()
    {
        var bad = _sandbox.NewTenant();
        await File.WriteAllTextAsync(bad.Path, new string('x', 5000));
        await OthersDoNotNoticeAsync(bad, client => client.Reason == "not-a-database" && client.Status is "waiting" or "error");

        // A database put in its place is replicated.
        File.Delete(bad.Path);
        await WriterProgram.CreateAsync(_sandbox, bad.Path, "-rows", "5");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await bad.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task A_corrupt_database_is_never_half_replicated_and_recovers_when_mended()
    {
        var bad = await _sandbox.CreateTenantAsync();
        var whole = await File.ReadAllBytesAsync(bad.Path);
        // The header is a database's, and says pages of a size that cannot be.
        var broken = (byte[])whole.Clone();
        broken[16] = 0x13;
        broken[17] = 0x37;
        await File.WriteAllBytesAsync(bad.Path, broken);
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var good = await _sandbox.CreateTenantAsync();
        await good.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForAsync(bad.Id, client => client.Status is "error" or "waiting" && client.LastError is not null, "shows its error");
        Assert.Equal("", bad.Listing());

        await File.WriteAllBytesAsync(bad.Path, whole);
        await bad.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task A_database_held_exclusively_waits_by_name_and_is_replicated_when_released()
    {
        var held = await _sandbox.CreateTenantAsync();
        using var holder = WriterProgram.Start(_sandbox, "exclusive", held.Path);
        await Eventually.TrueAsync(() => holder.Lines.Contains("holding"), () => "held\n" + holder.Said);
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var good = await _sandbox.CreateTenantAsync();
        await good.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForAsync(held.Id, client => client.Reason == "locked", "is locked");

        holder.Input.Close();
        await holder.WaitForExitAsync(Eventually.Patience);
        await held.ReplicaBecomesEqualAsync(agent, TimeSpan.FromSeconds(90));
    }

    [NeedsRoot]
    public async Task A_database_of_an_owner_that_the_agent_cannot_serve_is_not_opened()
    {
        var foreign = await _sandbox.CreateTenantAsync();
        var good = await _sandbox.CreateTenantAsync();
        (await ChildProcess.RunAsync("chmod", ["-R", "a+rwX", _sandbox.Root], _sandbox.Root)).MustSucceed();
        (await ChildProcess.RunAsync("chown", ["65534:65534", good.Path, _sandbox.State, _sandbox.Data, _sandbox.Root], _sandbox.Root)).MustSucceed();
        // As an ordinary user who may write the file of another: SQLite would create a -wal that its owner cannot open.
        var program = Path.Combine(_sandbox.Folder("bin"), "litestream");
        File.Copy(PublishedProgram.Path, program);
        (await ChildProcess.RunAsync("chmod", ["-R", "a+rX", Path.GetDirectoryName(program)!], _sandbox.Root)).MustSucceed();
        var port = FreePort.Find();
        using var agent = ChildProcess.Start("setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", program, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl,
             "-state-dir", _sandbox.State, "-port", port.ToString(CultureInfo.InvariantCulture)], _sandbox.Root, _sandbox.Environment);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Eventually.PassesAsync(async () =>
        {
            Assert.False(agent.HasExited, agent.Said);
            var answer = await http.GetStringAsync(new Uri("/api/status", UriKind.Relative));
            Assert.Contains("foreign-owner", answer, StringComparison.Ordinal);
            Assert.NotEmpty(good.Files(1));
        });
        Assert.Equal("", foreign.Listing());
        Assert.False(File.Exists(foreign.Path + "-wal"));
    }

    [NeedsMount]
    public async Task A_full_replica_is_named_and_catches_up_when_there_is_room()
    {
        using var small = new SmallFileSystem(2);
        _sandbox.Replica = Path.Combine(small.Path, "replica");
        await FillAndFreeAsync(small, 100, "replica-disk-full",
            async agent => await Eventually.TrueAsync(async () => await HealthOfAsync(agent) == 503, () => "health says 503\n" + agent.Said),
            async agent => await Eventually.TrueAsync(async () => await HealthOfAsync(agent) == 200, () => "health says 200\n" + agent.Said));
    }

    [NeedsMount]
    public async Task A_full_disk_of_the_state_is_named_and_loses_nothing()
    {
        using var small = new SmallFileSystem(4);
        _sandbox.State = Directory.CreateDirectory(Path.Combine(small.Path, "state")).FullName;
        await FillAndFreeAsync(small, 1000, "state-disk-full", _ => Task.CompletedTask, _ => Task.CompletedTask);
    }

    private async Task FillAndFreeAsync(SmallFileSystem small, int rows, string reason, Func<RunningAgent, Task> whileFull, Func<RunningAgent, Task> afterwards)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-lag-limit", "1s");
        await tenant.ReplicaBecomesEqualAsync(agent);
        small.Fill();
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(rows, 2000);

        await agent.WaitForAsync(tenant.Id, client => client.Status == "error" && client.Reason == reason, $"says {reason}");
        await whileFull(agent);
        small.Free();
        await tenant.ReplicaBecomesEqualAsync(agent, TimeSpan.FromSeconds(90));
        await afterwards(agent);
        await agent.StopInOrderAsync();
    }

    private static async Task<int> HealthOfAsync(RunningAgent agent) => (int)(await agent.Http.GetAsync(new Uri("/api/health", UriKind.Relative))).StatusCode;

    private async Task OthersDoNotNoticeAsync(Tenant bad, Func<AgentClient, bool> shows)
    {
        var good = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForAsync(bad.Id, shows, "shows what is wrong");
        using (var application = await good.OpenAsync())
            await application.InsertAsync(10);
        await good.ReplicaBecomesEqualAsync(agent);
        Assert.Equal("", bad.Listing());
        await agent.StopInOrderAsync();
    }
}

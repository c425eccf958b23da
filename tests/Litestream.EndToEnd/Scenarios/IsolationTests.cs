using System.Globalization;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

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
        var port = RunningAgent.FreePort();
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
        var small = _sandbox.Folder("small");
        (await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small], _sandbox.Root)).MustSucceed();
        try
        {
            _sandbox.Replica = Path.Combine(small, "replica");
            var tenant = await _sandbox.CreateTenantAsync();
            using var agent = await RunningAgent.StartAsync(_sandbox, "-lag-limit", "1s");
            await tenant.ReplicaBecomesEqualAsync(agent);
            var ballast = Path.Combine(small, "ballast");
            await FillAsync(ballast);
            using var application = await tenant.OpenAsync();
            await application.InsertAsync(100, 2000);

            await agent.WaitForAsync(tenant.Id, client => client is { Status: "error", Reason: "replica-disk-full" }, "says that the replica is full");
            await Eventually.TrueAsync(async () => (int)(await agent.Http.GetAsync(new Uri("/api/health", UriKind.Relative))).StatusCode == 503, () => "health says 503\n" + agent.Said);
            File.Delete(ballast);
            (await ChildProcess.RunAsync("mount", ["-o", "remount,size=64m", small], _sandbox.Root)).MustSucceed();
            await tenant.ReplicaBecomesEqualAsync(agent, TimeSpan.FromSeconds(90));
            await Eventually.TrueAsync(async () => (int)(await agent.Http.GetAsync(new Uri("/api/health", UriKind.Relative))).StatusCode == 200, () => "health says 200\n" + agent.Said);
            await agent.StopInOrderAsync();
        }
        finally
        {
            await ChildProcess.RunAsync("umount", ["-l", small], _sandbox.Root);
        }
    }

    [NeedsMount]
    public async Task A_full_disk_of_the_state_is_named_and_loses_nothing()
    {
        var small = _sandbox.Folder("small");
        (await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", small], _sandbox.Root)).MustSucceed();
        try
        {
            _sandbox.State = Path.Combine(small, "state");
            Directory.CreateDirectory(_sandbox.State);
            var tenant = await _sandbox.CreateTenantAsync();
            using var agent = await RunningAgent.StartAsync(_sandbox);
            await tenant.ReplicaBecomesEqualAsync(agent);
            var ballast = Path.Combine(small, "ballast");
            await FillAsync(ballast);
            using var application = await tenant.OpenAsync();
            await application.InsertAsync(1000, 2000);

            await agent.WaitForAsync(tenant.Id, client => client is { Status: "error", Reason: "state-disk-full" }, "says that the state is full");
            File.Delete(ballast);
            (await ChildProcess.RunAsync("mount", ["-o", "remount,size=64m", small], _sandbox.Root)).MustSucceed();
            await tenant.ReplicaBecomesEqualAsync(agent, TimeSpan.FromSeconds(90));
            await agent.StopInOrderAsync();
        }
        finally
        {
            await ChildProcess.RunAsync("umount", ["-l", small], _sandbox.Root);
        }
    }

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

    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }
}

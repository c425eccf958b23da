using System.Globalization;
using System.Text.Json;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Scenarios;

public sealed class DemoAndLogTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task The_demo_replicates_its_tenants_says_how_to_restore_and_ends_by_itself()
    {
        var demo = await PublishedProgram.RunAsync(_sandbox, "demo", "-seconds", "4", "-port", FreePort.Find().ToString(CultureInfo.InvariantCulture));
        demo.MustSucceed().MustSay("litestream restore", "http://localhost");

        var home = Path.Combine(_sandbox.Root, "litestream-demo");
        var databases = Directory.EnumerateFiles(home, "*.db", SearchOption.AllDirectories).Where(path => Guid.TryParse(Path.GetFileNameWithoutExtension(path), out _)).ToList();
        Assert.InRange(databases.Count, 3, 20);
        var replicas = Directory.EnumerateDirectories(home, "databases", SearchOption.AllDirectories).Single();
        foreach (var database in databases)
        {
            var restored = _sandbox.NextRestorePath();
            (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", restored, $"file://{replicas}/{Path.GetFileNameWithoutExtension(database)}")).MustSucceed();
            var digests = await WriterProgram.DigestsAsync(_sandbox, database, restored);
            Assert.Equal(digests[database], digests[restored]);
        }
    }

    [Fact]
    public async Task Logs_as_JSON_are_one_object_a_line()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-log-format", "json");
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.StopInOrderAsync();

        Assert.NotEmpty(agent.Lines);
        foreach (var line in agent.Lines)
            JsonDocument.Parse(line).Dispose();
        Assert.Contains(agent.Lines, line => line.Contains($"Client registered: {tenant.Id} -> ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_idle_agent_says_nothing_and_opens_nothing()
    {
        var tenants = new List<Tenant>();
        for (var i = 0; i < 10; i++)
            tenants.Add(await _sandbox.CreateTenantAsync());
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
            await agent.WaitForAsync(tenant.Id, client => client is { Status: "active", Reason: "cold" }, "is cold after its first copy");

        var lines = agent.Lines.Count;
        var uptime = (await agent.StatusAsync()).UptimeSeconds;
        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).UptimeSeconds >= uptime + 3, () => "three seconds pass");
        Assert.True(agent.Lines.Count == lines, "lines while idle:\n" + string.Join('\n', agent.Lines.Skip(lines)));
        var open = Directory.GetFiles($"/proc/{agent.Id}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "").Where(target => target.StartsWith(_sandbox.Data, StringComparison.Ordinal));
        Assert.Empty(open);
    }

    [Fact]
    public async Task An_idle_agent_gives_back_what_only_its_start_needed()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForAsync(tenant.Id, client => client is { Status: "active", Reason: "cold" }, "is cold after its first copy");

        // With every page of its start it is 40 MB.
        await Eventually.TrueAsync(() => agent.MemoryBytes is > 0 and < 32 << 20, () => $"its memory is below 32 MiB; it is {agent.MemoryBytes} bytes");

        // And goes on as before.
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(100);
        await agent.SyncAsync(tenant.Id);
        await tenant.ReplicaEqualsAsync(agent);
    }
}

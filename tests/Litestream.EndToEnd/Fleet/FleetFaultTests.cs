using System.Diagnostics;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Fleet;

/// <summary>A table that is away, throttles or is slow while applications write: replication does not notice.</summary>
public sealed class FleetFaultTests : IDisposable
{
    private const int Commits = 15;
    private static readonly TimeSpan SyncInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FleetInterval = TimeSpan.FromSeconds(1);
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task While_the_table_is_unreachable_throttling_or_slow_commits_reach_the_replica_as_fast_as_ever_and_then_the_digest_is_right_again()
    {
        await using var table = await TableServer.StartAsync();
        var tenant = await _sandbox.CreateTenantAsync();
        var agent = RunningAgent.Launch(_sandbox, Variables(table),
            "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "200ms", "-fleet-table", "fleet", "-fleet-interval", "1s", "-host-id", "web-1");
        await Eventually.TrueAsync(() => Digest(table) is { Active: 1 }, () => $"the digest shows the tenant\n{agent.Said}");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        var usual = await LongestDelayAsync(application, agent, tenant.Id);

        foreach (var (name, fault, slowness) in new[]
        {
            ("hangs", TableServerFault.Hang, TimeSpan.Zero), ("throttles", TableServerFault.Throttle, TimeSpan.Zero), ("fails", TableServerFault.InternalError, TimeSpan.Zero),
            ("cuts connections", TableServerFault.Reset, TimeSpan.Zero), ("is slow", TableServerFault.None, TimeSpan.FromSeconds(3)),
        })
        {
            var before = Digest(table)!.At;
            (table.Fault, table.Delay) = (_ => fault, slowness);
            var requests = table.Requests.Count;
            await Eventually.TrueAsync(() => table.Requests.Count >= requests + 2, () => $"two requests while the table {name}\n{agent.Said}");
            var longest = await LongestDelayAsync(application, agent, tenant.Id);
            Assert.True(longest <= usual + SyncInterval + TimeSpan.FromSeconds(1), $"while the table {name} a commit took {longest.TotalMilliseconds:0} ms, else {usual.TotalMilliseconds:0} ms\n{agent.Said}");
            await _sandbox.CreateTenantAsync();
            var tenants = _sandbox.WatchedDirectories.Sum(d => Directory.GetFiles(d, "*.db").Length);
            await Eventually.TrueAsync(async () => (await agent.StatusAsync()).ActiveClients == tenants, () => $"{tenants} tenants are replicated\n{agent.Said}");
            Assert.True(Digest(table)!.Tenants < tenants, $"the table {name}, and has the newest digest");

            (table.Fault, table.Delay) = (_ => TableServerFault.None, TimeSpan.Zero);
            var released = DateTimeOffset.UtcNow;
            table.Release();
            await Eventually.TrueAsync(() => Digest(table) is { } digest && digest.Active == tenants && digest.At > before, () => $"after the table {name} the digest shows {tenants} tenants\n{agent.Said}");
            var passed = Digest(table)!.At - released;
            Assert.True(passed <= (2 * FleetInterval) + TimeSpan.FromSeconds(1), $"after the table {name} the digest was right after {passed.TotalSeconds:0.0} s\n{agent.Said}");
        }
        await tenant.ReplicaBecomesEqualAsync(agent);
        await agent.StopInOrderAsync();
    }

    [Fact]
    public async Task A_table_that_was_never_there_costs_neither_start_nor_replication_nor_stop()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        var nobody = $"http://127.0.0.1:{FreePort.Find()}";
        var agent = RunningAgent.Launch(_sandbox, new Dictionary<string, string> { ["AWS_ENDPOINT_URL_DYNAMODB"] = nobody, ["AWS_ACCESS_KEY_ID"] = "x", ["AWS_SECRET_ACCESS_KEY"] = "x" },
            "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "200ms", "-fleet-table", "fleet", "-fleet-interval", "1s");
        await agent.WaitForLineAsync("table fleet does not answer");
        await agent.WaitForActiveAsync(tenant.Id);
        await tenant.ReplicaBecomesEqualAsync(agent);
        var passed = Stopwatch.StartNew();
        await agent.StopInOrderAsync();
        Assert.True(passed.Elapsed < TimeSpan.FromSeconds(10), $"the stop took {passed.Elapsed.TotalSeconds:0.0} s\n{agent.Said}");
        Assert.Single(agent.Lines, line => line.Contains("does not answer", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Variables(TableServer table) => new()
    {
        ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint,
        ["AWS_REGION"] = "eu-west-1",
        ["AWS_ACCESS_KEY_ID"] = "AKIDTESTS",
        ["AWS_SECRET_ACCESS_KEY"] = "any secret will do",
    };

    private static HostDigest? Digest(TableServer table)
    {
        var key = FleetKeys.Host("web-1");
        if (table.Find(key.Partition, key.Sort) is not { } values)
            return null;
        var item = new Item();
        foreach (var (name, value) in values)
            item.Add(name, value.IsNumber ? ItemValue.OfNumberText(value.Text) : ItemValue.Of(value.Text));
        return HostDigestItem.Read(item);
    }

    /// <summary>From a commit to its transaction in the replica, as the agent notes it: whoever asks it may be late.</summary>
    private static async Task<TimeSpan> LongestDelayAsync(Application application, RunningAgent agent, string id)
    {
        var longest = TimeSpan.Zero;
        for (var commit = 0; commit < Commits; commit++)
        {
            var before = (await agent.ClientAsync(id))!.ReplicatedNumber;
            await application.InsertAsync(5);
            var committed = DateTimeOffset.UtcNow;
            AgentClient? client = null;
            await Eventually.TrueAsync(async () => (client = await agent.ClientAsync(id)) is { LagSeconds: 0 } && client.ReplicatedNumber > before, () => $"a commit is in the replica\n{agent.Said}");
            var delay = client!.LastSyncAt!.Value - committed;
            longest = delay > longest ? delay : longest;
        }
        return longest;
    }
}

using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Interop;
using Litestream.EndToEnd.Programs;
using Litestream.EndToEnd.Soak;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Buckets;

/// <summary>The published program, a real object store, and what can happen between them.</summary>
[Collection(SoakCollection.Name)]
public sealed class CephTests(ITestOutputHelper output)
{
    private static readonly string ProxyScript = Path.Combine(Repository.Root, "tests", "Servers", "faultproxy.mjs");

    /// <summary>Each kind of fault by itself, and the store's end in the middle. Multi-part images are spoiled by what resets after so many bytes.</summary>
    private static readonly (string What, string Faults)[] Faults =
    [
        ("latency 50-100 ms", """{"latencyMs":50,"jitterMs":50}"""),
        ("every third request 503 SlowDown", """{"slowdownP":0.33}"""),
        ("every fourth request reset", """{"resetP":0.25}"""),
        ("connections reset after 30 kB up", """{"resetAfterBytesUp":30000}"""),
        ("answers cut after 300 bytes", """{"cutAfterBytesDown":300}"""),
        ("every third reply lost", """{"loseReplyP":0.33}"""),
        ("all of it, less often", """{"latencyMs":5,"jitterMs":20,"slowdownP":0.05,"resetP":0.05,"loseReplyP":0.1}"""),
        ("no connection at all", """{"down":true}"""),
    ];

    private readonly BucketRunOptions _options = new();

    [NeedsCeph]
    public async Task Through_every_fault_nothing_is_lost_and_nothing_is_published_twice()
    {
        Assert.True(Need.OnPath("node"), "needs node: the fault proxy");
        using var run = new BucketRun();
        await run.CreateBucketAsync();
        using var proxy = await FaultProxy.StartAsync(ProxyScript, run.Ceph.Port);
        run.UseStoreAt(proxy.Port);
        await run.CreateTenantsAsync(_options.Tenants);
        var agent = await run.StartAgentAsync();
        using var writer = run.StartWriter(_options.FaultSeconds * (Faults.Length + 2), _options.Rate, _options.Seed);
        using var end = new CancellationTokenSource();
        var syncs = run.SyncOnAndOnAsync(() => agent, end.Token);
        foreach (var (what, faults) in Faults)
        {
            await proxy.SetAsync(faults);
            var (before, requests) = (run.Synced, (await agent.StatusAsync()).Requests.Values.Sum());
            await Task.Delay(TimeSpan.FromSeconds(_options.FaultSeconds));
            Say($"{what}: {run.Synced - before} syncs, {(await agent.StatusAsync()).Requests.Values.Sum() - requests} requests");
        }

        await proxy.SetAsync("{}");
        run.Ceph.Kill();
        Say("store killed");
        await Task.Delay(TimeSpan.FromSeconds(2));
        run.Ceph.Start();
        Say("store back");
        await WritingEndsAsync(writer);
        await end.CancelAsync();
        await syncs;
        await CatchUpAndJudgeAsync(run, agent, writer);
        Say(await proxy.SetAsync(""));
    }

    [NeedsCeph]
    public async Task Agents_and_store_are_killed_and_every_tenant_restores_equal()
    {
        using var run = new BucketRun();
        await run.CreateBucketAsync();
        await run.CreateTenantsAsync(_options.Tenants);
        var agent = await run.StartAgentAsync();
        using var writer = run.StartWriter(_options.Seconds, _options.Rate, _options.Seed);
        using var end = new CancellationTokenSource();
        var syncs = run.SyncOnAndOnAsync(() => agent, end.Token);
        var random = new Random(_options.Seed);
        // Kills in a random order, evenly spread: not waiting for something, but something that happens at its time.
        var plan = Enumerable.Repeat("agent", _options.AgentKills).Concat(Enumerable.Repeat("store", _options.StoreKills)).OrderBy(_ => random.Next()).ToList();
        foreach (var victim in plan)
        {
            await Task.Delay(TimeSpan.FromSeconds(_options.Seconds / (plan.Count + 1.0)));
            Say($"{victim} killed");
            if (victim == "store")
            {
                run.Ceph.Kill();
                run.Ceph.Start();
                continue;
            }
            await run.CountAsync(agent);
            await agent.KillAsync();
            agent = await run.StartAgentAsync();
        }

        await WritingEndsAsync(writer);
        await end.CancelAsync();
        await syncs;
        await CatchUpAndJudgeAsync(run, agent, writer);
    }

    [NeedsCeph]
    public async Task The_genuine_VFS_reads_our_replica_from_the_store()
    {
        using var run = new BucketRun();
        await run.CreateBucketAsync();
        await run.CreateTenantsAsync(1);
        var tenant = run.Tenants[0];
        using var agent = await run.StartAgentAsync();
        await agent.WaitForActiveAsync(tenant.Id);
        (await WriterProgram.RunAsync(run.Sandbox, "write", tenant.Path, "-transactions", "100", "-seed", "31")).MustSucceed();
        await agent.SyncAsync(tenant.Id);
        using var vfs = await GenuineVfs.OpenAsync(tenant);
        Assert.True(await Sqlite3Program.DumpAsync(run.Sandbox, tenant.Path) == await vfs.DumpAsync(), "another content\n" + vfs.Said);
        // It stays and follows.
        using var application = await tenant.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await application.InsertAsync(5);
            await agent.SyncAsync(tenant.Id);
            var rows = (await application.NumberAsync("SELECT count(*) FROM rows")).ToString(CultureInfo.InvariantCulture);
            await Eventually.TrueAsync(async () => await vfs.QueryAsync("SELECT count(*) FROM rows") == rows, () => $"the VFS follows to {rows} rows\n{vfs.Said}");
        }
    }

    private static async Task WritingEndsAsync(ChildProcess writer)
    {
        var code = await writer.WaitForExitAsync(TimeSpan.FromMinutes(5));
        Assert.True(code == 0, writer.Said);
    }

    private async Task CatchUpAndJudgeAsync(BucketRun run, RunningAgent agent, ChildProcess writer)
    {
        var clock = Stopwatch.StartNew();
        await run.CatchUpAsync(agent);
        Say($"caught up {clock.Elapsed.TotalSeconds:0.0} s after the last commit");
        await run.CountAsync(agent);
        await agent.StopInOrderAsync();
        await run.EveryTenantRestoresEqualAsync(agent);
        Say($"{BucketRun.Written(writer)} commits, {run.Synced} syncs answered, {run.Tenants.Count} of {run.Tenants.Count} tenants restored equal; requests: {run.Requests}; seed {_options.Seed}");
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ceph: {line}"));
    }
}

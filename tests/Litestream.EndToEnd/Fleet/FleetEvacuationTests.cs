using System.Diagnostics;
using System.Text.Json;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Replication;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Fleet;

/// <summary>A host is gone for good, and what it had comes to others; then it is back after all.</summary>
public sealed class FleetEvacuationTests(ITestOutputHelper output)
{
    private const int Tenants = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string[] Others = ["web-2", "web-3"];

    [NeedsNode]
    public async Task A_hundred_tenants_of_a_host_that_is_killed_come_to_two_others_as_they_were_last_published_and_it_touches_nothing_when_it_is_back()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenants = await FillAsync(fleet);
        var first = await fleet.StartAsync("web-1");
        await AreReportedAsync(fleet, first, tenants, "web-1", 1);
        // One is written until the end, and what is written then is in no replica.
        var written = tenants[7];
        using var application = await written.OpenAsync();
        await application.InsertAsync(20);
        await first.SyncAsync(written.Id);
        var published = await PublishedAsync(fleet, tenants);
        await first.KillAsync();
        var killed = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
            await application.InsertAsync(1);

        // One of those that take them dies in the middle.
        var second = await fleet.StartAsync("web-2", crashAt: $"{FaultPoint.RestoreProven}:20");
        using var third = await fleet.StartAsync("web-3");
        using var api = await RunningApi.StartAsync(fleet.Sandbox, fleet.Table.Name, fleet.Table.Variables);
        // It is heard of.
        (await FleetAsync(fleet, api, "evacuate", "web-3", "-to", "web-2", "-yes")).Must(1).MustSay("are not given to others");
        await Eventually.TrueAsync(async () => (await api.GetAsync("/api/hosts/web-1")).GetProperty("liveness").GetString() == LivenessWords.Lost, () => $"web-1 is lost\n{api.Said}", Patience);
        output.WriteLine($"lost {killed.Elapsed.TotalSeconds:0.0} s after it was killed");

        var plan = Json((await FleetAsync(fleet, api, "evacuate", "web-1", "-to", "web-2,web-3", "-dry-run", "-json")).MustSucceed().Output);
        Assert.Equal((Tenants, 0, false), (plan.GetProperty("total").GetInt32(), plan.GetProperty("refused").GetInt32(), plan.GetProperty("hasMore").GetBoolean()));
        Assert.Equal(Others, plan.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("toHost").GetString()!).Distinct().Order());
        var began = Stopwatch.StartNew();
        // As a person with a shell does it: without -yes nobody is there to say so.
        (await FleetAsync(fleet, api, "evacuate", "web-1", "-to", "web-2,web-3")).Must(2).MustSay("-yes", $"{Tenants} of {Tenants} tenants of web-1 would come");
        var job = Json((await FleetAsync(fleet, api, "evacuate", "web-1", "-to", "web-2,web-3", "-yes", "-no-wait", "-json")).MustSucceed().Output);
        await second.WaitForExitAsync();
        output.WriteLine($"web-2 died {began.Elapsed.TotalSeconds:0.0} s after it began");
        // Whole, or not there at all.
        Assert.All(Directory.GetFiles(fleet.FolderOf("web-2"), "*.db"), file => Assert.Contains(tenants, t => Path.GetFileName(file) == Path.GetFileName(t.Path)));
        second = await fleet.StartAsync("web-2");
        var id = job.GetProperty("id").GetString();
        await Eventually.TrueAsync(
            async () => (job = await api.GetAsync($"/api/evacuations/{id}")).GetProperty("state").GetString() is not JobStates.Running, () => $"it ends: {job}\n{second.Said}\n{third.Said}", Patience);
        output.WriteLine($"{Tenants} tenants evacuated in {began.Elapsed.TotalSeconds:0.0} s, with a host that died and came back in between");
        Assert.True(job.GetProperty("state").GetString() == JobStates.Done, $"{job}\n{second.Said}\n{third.Said}");
        (await FleetAsync(fleet, api, "evacuations", id!)).MustSucceed().MustSay("is done", $"{Tenants} of {Tenants} done");

        // What is free on a disk changes, and with it who takes which: the table says who did.
        var taken = (await RecordsAsync(fleet, tenants)).ToDictionary(r => r.Tenant);
        Assert.Equal(Others, taken.Values.Select(r => r.HostId).Distinct().Order());
        var there = tenants.ConvertAll(t => t with { Directory = fleet.FolderOf(taken[t.Guid].HostId!) });
        await EqualAsync(fleet, published, there);
        Assert.All(there, t => Assert.Equal((2L, t.Path), (taken[t.Guid].Epoch, taken[t.Guid].Path)));

        // Back after all: it finds that it lost them, says what it alone has, and writes nothing.
        var late = Stopwatch.StartNew();
        using var back = await fleet.StartAsync("web-1");
        await Eventually.TrueAsync(async () => (await back.StatusAsync()).Clients.All(c => c.Status is "lost" or "split-brain"), () => $"it knows that it lost them\n{back.Said}", Patience);
        output.WriteLine($"all {Tenants} found to be lost {late.Elapsed.TotalSeconds:0.0} s after the late host's start");
        var lost = (await back.ClientAsync(written.Id))!;
        output.WriteLine(lost.Detail);
        Assert.Contains("Here only: 3 commits in its WAL that were never captured", lost.Detail, StringComparison.Ordinal);
        Assert.Contains("Nothing of it is here only", (await back.ClientAsync(tenants[8].Id))!.Detail, StringComparison.Ordinal);
        await application.InsertAsync(1);
        var goesOn = there[7];
        using (var elsewhere = await goesOn.OpenAsync())
            await elsewhere.InsertAsync(5);
        await (taken[written.Guid].HostId == "web-2" ? second : third).SyncAsync(written.Id);
        await goesOn.ReplicaBecomesEqualAsync(second);
        await Eventually.TrueAsync(async () => (await back.ClientAsync(written.Id))!.Status is "lost" or "split-brain", () => $"it stays so\n{back.Said}");
        Assert.All(await RecordsAsync(fleet, tenants), r => Assert.Contains(r.HostId, Others));
        await EqualAsync(fleet, published.Where(p => p.Key != written.Id).ToDictionary(), [.. there.Where(t => t.Guid != written.Guid)]);
        await back.StopInOrderAsync();
        await second.StopInOrderAsync();
    }

    /// <summary>A hundred databases in a moment: copies of three sizes of one.</summary>
    private static async Task<List<Tenant>> FillAsync(FleetHosts fleet)
    {
        var seeds = new List<string>();
        foreach (var rows in new[] { "20", "200", "2000" })
        {
            seeds.Add(Path.Combine(fleet.Sandbox.Folder("seeds"), rows + ".db"));
            await WriterProgram.CreateAsync(fleet.Sandbox, seeds[^1], "-rows", rows);
        }
        var tenants = new List<Tenant>();
        for (var i = 0; i < Tenants; i++)
        {
            tenants.Add(fleet.Sandbox.NewTenant(fleet.FolderOf("web-1")));
            File.Copy(seeds[i % seeds.Count], tenants[i].Path);
        }
        return tenants;
    }

    private static Task AreReportedAsync(FleetHosts fleet, RunningAgent agent, List<Tenant> tenants, string host, long epoch) => Eventually.TrueAsync(
        async () => (await fleet.Table.QueryAsync(ItemQuery.TenantsOf(host))).Count == tenants.Count && (await RecordsAsync(fleet, tenants)).All(r => r.Epoch == epoch && r.ReplicatedTxid is not null),
        () => $"all are in the table\n{agent.Said}", Patience);

    private static async Task<IReadOnlyList<TenantRecord>> RecordsAsync(FleetHosts fleet, IEnumerable<Tenant> tenants)
    {
        var records = new List<TenantRecord>();
        foreach (var tenant in tenants)
        {
            if (await fleet.TenantAsync(tenant) is { } record)
                records.Add(record);
        }
        return records;
    }

    /// <summary>What each has now, all of it published: by its GUID.</summary>
    private static async Task<Dictionary<string, string>> PublishedAsync(FleetHosts fleet, List<Tenant> tenants)
    {
        var digests = await WriterProgram.DigestsAsync(fleet.Sandbox, [.. tenants.Select(t => t.Path)]);
        return tenants.ToDictionary(t => t.Id, t => digests[t.Path]);
    }

    private static async Task EqualAsync(FleetHosts fleet, Dictionary<string, string> published, List<Tenant> there)
    {
        var digests = await WriterProgram.DigestsAsync(fleet.Sandbox, [.. there.Select(t => t.Path)]);
        Assert.All(there, t => Assert.Equal(published[t.Id], digests[t.Path]));
        var checks = await WriterProgram.ChecksAsync(fleet.Sandbox, [.. there.Select(t => t.Path)]);
        Assert.All(there, t => Assert.Equal("ok", checks[t.Path]));
    }

    private static Task<ProgramResult> FleetAsync(FleetHosts fleet, RunningApi api, params string[] words) => PublishedProgram.RunAsync(fleet.Sandbox, ["fleet", .. words, "-api", $"{api.Http.BaseAddress}"]);

    private static JsonElement Json(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}

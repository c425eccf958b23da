using System.Diagnostics;
using System.Text.Json;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Three agents, the API and the table as processes, and a person with a shell: restores from one host onto another, in place, and back.</summary>
public sealed class FleetRestoreTests(ITestOutputHelper output) : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task A_person_with_a_shell_restores_onto_another_host_in_place_and_takes_it_back()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var tenant = await _sandbox.CreateTenantAsync();
        var agents = new[] { "web-1", "web-2", "web-3" }.ToDictionary(id => id, id => RunningAgent.Launch(_sandbox, table.Variables, "replicate", "-watch-dir", id == "web-1" ? _sandbox.Data : _sandbox.Folder(id),
            "-replica", _sandbox.ReplicaUrl, "-fleet-table", table.Name, "-fleet-interval", "1s", "-host-id", id, "-restore-dir", _sandbox.Folder($"restored-{id}")));
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, table.Variables);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(50);
        await Eventually.PassesAsync(async () => (await FleetAsync(api, "command", "sync", tenant.Id)).MustSucceed().MustSay("done"));
        var moment = DateTimeOffset.UtcNow;
        var before = await application.NumberAsync("SELECT count(*) FROM rows");

        (await FleetAsync(api, "hosts")).MustSucceed().MustSay("web-1", "web-2", "web-3", "live");
        (await FleetAsync(api, "tenants", "-host", "web-1")).MustSucceed().MustSay(tenant.Id);
        (await FleetAsync(api, "status")).MustSucceed().MustSay("3 hosts: 3 live", "No problems");

        // Onto another host, from the first one's replica.
        var copy = Path.Combine(_sandbox.Root, "restored-web-2", "copy.db");
        (await FleetAsync(api, "restore", "-host", "web-2", "-o", copy, "-dry-run", tenant.Id)).MustSucceed().MustSay("would be restored", "web-2", copy);
        Assert.False(File.Exists(copy));
        var begun = Stopwatch.StartNew();
        (await FleetAsync(api, "restore", "-host", "web-2", "-o", copy, tenant.Id)).MustSucceed().MustSay("1 of 1 done");
        output.WriteLine($"from the shell's start to restored on another host: {begun.Elapsed.TotalSeconds:0.00} s (heartbeats every 1 s, looks every 1 s)");
        var digests = await WriterProgram.DigestsAsync(_sandbox, tenant.Path, copy);
        Assert.Equal(digests[tenant.Path], digests[copy]);

        // In place, while its application has it open, and back.
        await application.InsertAsync(20);
        await Eventually.PassesAsync(async () => (await FleetAsync(api, "command", "sync", tenant.Id)).MustSucceed());
        var restored = (await FleetAsync(api, "restore", "-timestamp", $"{moment.UtcDateTime:O}", "-if-busy", "wait", "-json", tenant.Id)).MustSucceed();
        Assert.Equal(before, await application.NumberAsync("SELECT count(*) FROM rows"));
        var job = JsonDocument.Parse(restored.Output).RootElement.GetProperty("id").GetString()!;
        (await FleetAsync(api, "restores")).MustSucceed().MustSay(job, "done");
        (await FleetAsync(api, "undo", job)).MustSucceed().MustSay("done");
        Assert.Equal(before + 20, await application.NumberAsync("SELECT count(*) FROM rows"));
        await application.EndAsync();
        await tenant.ReplicaBecomesEqualAsync(agents["web-1"]);
        // Syncs were asked for before the host had reported.
        var done = (await api.ListAsync("/api/audit?limit=100")).Where(a => a.GetProperty("refused").ValueKind == JsonValueKind.Null).Select(a => a.GetProperty("action").GetString()!);
        Assert.Equal(["restore.undo", "restore", "restore"], done.Where(a => a.StartsWith("restore", StringComparison.Ordinal)));
        Assert.NotEmpty((await api.GetAsync($"/api/tenants/{tenant.Id}/timeline")).GetProperty("points").EnumerateArray());
        foreach (var agent in agents.Values)
            await agent.StopInOrderAsync();
    }

    [NeedsNode]
    public async Task What_makes_no_sense_is_said_in_a_sentence_with_the_way_out()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, table.Variables);
        (await PublishedProgram.RunAsync(_sandbox, "fleet", "status")).Must(2).MustSay("-api", "LITESTREAM_API_URL");
        (await PublishedProgram.RunAsync(_sandbox, "fleet", "statsu")).Must(2).MustSay("fleet status");
        (await PublishedProgram.RunAsync(_sandbox, "fleet", "status", "-api", "ftp://fleet")).Must(2).MustSay("no address of an API");
        (await FleetAsync(api, "restore", "-timestamp", "yesterday", $"{Guid.NewGuid()}")).Must(2).MustSay("2026-11-21T09:00:00Z");
        (await FleetAsync(api, "restore", "-txid", "0000000000000001", $"{Guid.NewGuid()}")).Must(1).MustSay("unknown-tenant");
        (await FleetAsync(api, "tenants", "x")).Must(1).MustSay("beginning of a GUID");
        (await FleetAsync(api, "undo", "nothing")).Must(1).MustSay("unknown-job");
        (await FleetAsync(api, "command", "polish", $"{Guid.NewGuid()}")).Must(1).MustSay("unknown-tenant");
    }

    private Task<ProgramResult> FleetAsync(RunningApi api, string command, params string[] more) =>
        PublishedProgram.RunAsync(_sandbox, ["fleet", command, "-api", api.Http.BaseAddress!.ToString(), .. more]);
}

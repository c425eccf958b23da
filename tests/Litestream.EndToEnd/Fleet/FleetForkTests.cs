using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Fleet;

/// <summary>A tenant as it was at a time becomes another tenant, on another host that has nothing of it: the store is all that both have.</summary>
public sealed class FleetForkTests : IDisposable
{
    private const string Bucket = "fleet";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public Task Out_of_a_folder_a_tenant_as_it_was_at_a_time_becomes_another_one_on_another_host() => ForkAsync(new Dictionary<string, string>());

    [NeedsNode]
    public async Task Out_of_a_bucket_a_tenant_as_it_was_at_a_time_becomes_another_one_on_another_host()
    {
        await using var store = await S3Server.StartAsync(Bucket);
        _sandbox.UseBucket(store.Url(Bucket), S3Server.AccessKeyId, S3Server.SecretAccessKey);
        await ForkAsync(new Dictionary<string, string> { ["AWS_ENDPOINT_URL_S3"] = store.Endpoint });
    }

    private async Task ForkAsync(IReadOnlyDictionary<string, string> more)
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var variables = new Dictionary<string, string>(table.Variables.Concat(more));
        var tenant = _sandbox.NewTenant(_sandbox.Folder("web-1"));
        await WriterProgram.CreateAsync(_sandbox, tenant.Path, "-rows", "50");
        var agents = new[] { "web-1", "web-2" }.ToDictionary(id => id, id => RunningAgent.Launch(_sandbox, variables, "replicate", "-watch-dir", _sandbox.Folder(id), "-state-dir", _sandbox.Folder(id + ".state"),
            "-replica", _sandbox.ReplicaUrl, "-fleet-table", table.Name, "-fleet-interval", "1s", "-sync-interval", "100ms", "-host-id", id));
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, variables);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(50);
        await Eventually.PassesAsync(async () => (await FleetAsync(api, "command", "sync", tenant.Id)).MustSucceed().MustSay("done"), Patience);
        var then = Path.Combine(_sandbox.Folder("aside"), "then.db");
        await application.ExecuteAsync($"VACUUM INTO '{then}'");
        var moment = DateTimeOffset.UtcNow;
        await application.InsertAsync(20);
        (await FleetAsync(api, "command", "sync", tenant.Id)).MustSucceed().MustSay("done");

        var fork = _sandbox.NewTenant(_sandbox.Folder("web-2"));
        string[] wish = [tenant.Id, "-to", "web-2", "-timestamp", $"{moment.UtcDateTime:O}"];
        (await FleetAsync(api, "fork", [.. wish, "-as", fork.Id, "-dry-run"])).MustSucceed().MustSay("would be restored", "web-2", $"new tenant {fork.Id}");
        Assert.False(File.Exists(fork.Path));
        (await FleetAsync(api, "fork", [.. wish, "-as", fork.Id])).MustSucceed().MustSay("1 of 1 done", fork.Path);

        // It has what was then, and nothing of what came after; the one it comes from has all of it.
        var digests = await WriterProgram.DigestsAsync(_sandbox, then, fork.Path);
        Assert.Equal(digests[then], digests[fork.Path]);
        await Eventually.PassesAsync(async () => Assert.Equal(("web-2", "active"), await OwnerAsync(api, fork)), Patience);
        Assert.Equal(("web-1", "active"), await OwnerAsync(api, tenant));
        // Both go on, each by itself.
        using (var other = await fork.OpenAsync())
        {
            await other.InsertAsync(10);
            await other.EndAsync();
        }
        await application.InsertAsync(10);
        await application.EndAsync();
        await fork.ReplicaBecomesEqualAsync(agents["web-2"], Patience);
        await tenant.ReplicaBecomesEqualAsync(agents["web-1"], Patience);

        // Nobody's GUID is given away, and one that was not named is made and said.
        (await FleetAsync(api, "fork", [.. wish, "-as", fork.Id])).Must(1).MustSay($"there is a tenant {fork.Id} already");
        (await FleetAsync(api, "fork", tenant.Id, "-to", "web-9")).Must(1).MustSay("web-9");
        (await FleetAsync(api, "fork", tenant.Id, "-to", "web-2")).MustSucceed().MustSay("the new tenant is", "1 of 1 done");
        Assert.Equal(2, Directory.GetFiles(_sandbox.Folder("web-2"), "*.db").Length);
        foreach (var agent in agents.Values)
            await agent.StopInOrderAsync();
    }

    private static async Task<(string? Host, string? Status)> OwnerAsync(RunningApi api, Tenant tenant)
    {
        var shown = await api.GetAsync($"/api/tenants/{tenant.Id}");
        return (shown.GetProperty("hostId").GetString(), shown.GetProperty("status").GetString());
    }

    private Task<ProgramResult> FleetAsync(RunningApi api, string command, params string[] more) =>
        PublishedProgram.RunAsync(_sandbox, ["fleet", command, "-api", api.Http.BaseAddress!.ToString(), .. more]);
}

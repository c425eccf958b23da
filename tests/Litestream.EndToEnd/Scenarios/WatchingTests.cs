using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>Tenants come, go and return while the agent watches.</summary>
public sealed class WatchingTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_new_file_is_registered_and_replicated_without_a_restart()
    {
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var tenant = await _sandbox.CreateTenantAsync();
        await tenant.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForLineAsync($"Database created: {tenant.Path}");
        await agent.WaitForLineAsync($"Client registered: {tenant.Id} -> ");
    }

    [Fact]
    public async Task A_file_renamed_into_the_directory_is_a_new_tenant()
    {
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var tenant = _sandbox.NewTenant();
        var template = Path.Combine(_sandbox.Folder("templates"), "new.db");
        await WriterProgram.CreateAsync(_sandbox, template, "-rows", "20");
        File.Move(template, tenant.Path);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Theory]
    [InlineData(".db")]
    [InlineData(".sqlite")]
    [InlineData(".sqlite3")]
    public async Task Each_extension_of_a_database_is_watched(string extension)
    {
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var tenant = _sandbox.NewTenant(extension: extension);
        await WriterProgram.CreateAsync(_sandbox, tenant.Path, "-rows", "5");
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task A_GUID_in_capitals_is_the_tenant_in_lower_case()
    {
        var guid = Guid.NewGuid();
        var path = Path.Combine(_sandbox.Data, guid.ToString("D").ToUpper(CultureInfo.InvariantCulture) + ".db");
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "5");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(guid.ToString("D"));
        Assert.True(Directory.Exists(Path.Combine(_sandbox.Replica, "databases", guid.ToString("D"))));
    }

    [Fact]
    public async Task A_file_of_no_bytes_waits_and_starts_when_it_becomes_a_database()
    {
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var tenant = _sandbox.NewTenant();
        await File.WriteAllBytesAsync(tenant.Path, []);
        await agent.WaitForAsync(tenant.Id, client => client is { Status: "waiting", Reason: "empty-file" }, "waits");

        await WriterProgram.CreateAsync(_sandbox, tenant.Path, "-rows", "5");
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task Files_that_are_no_tenants_are_listed_once_with_the_reason()
    {
        await WriterProgram.CreateAsync(_sandbox, Path.Combine(_sandbox.Data, "customers.db"));
        await WriterProgram.CreateAsync(_sandbox, Path.Combine(_sandbox.Data, "12345678-1234-5678-9abc-12345678901.db"));
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Data, "readme.txt"), "not database-like: not worth a word");
        using var agent = await RunningAgent.StartAsync(_sandbox);

        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).Skipped.Count == 2, () => "two files are skipped\n" + agent.Said);
        var status = await agent.StatusAsync();
        Assert.All(status.Skipped, file => Assert.Contains("GUID", file.Reason, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(status.Clients);
        Assert.Single(agent.Lines, line => line.Contains("customers.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watched_directory_is_not_searched_below()
    {
        var below = _sandbox.Folder("data/below");
        await WriterProgram.CreateAsync(_sandbox, _sandbox.NewTenant(below).Path);
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        Assert.Single((await agent.StatusAsync()).Clients);
    }

    [Fact]
    public async Task Two_directories_are_watched()
    {
        var other = _sandbox.Watch("prod");
        var first = await _sandbox.CreateTenantAsync();
        var second = _sandbox.NewTenant(other);
        await WriterProgram.CreateAsync(_sandbox, second.Path, "-rows", "5");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await first.ReplicaBecomesEqualAsync(agent);
        await second.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForLineAsync("Monitoring 2 clients across 2 directories");
    }

    [Fact]
    public async Task The_same_GUID_twice_is_an_error_of_the_second_and_never_a_mix()
    {
        var other = _sandbox.Watch("prod");
        var first = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(first.Id);
        var second = first with { Directory = other };
        await WriterProgram.CreateAsync(_sandbox, second.Path, "-rows", "3");
        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).Skipped.Any(file => file.Path == second.Path), () => "the second is listed with its reason\n" + agent.Said);
        using (var application = await second.OpenAsync())
            await application.InsertAsync(10);

        await first.ReplicaBecomesEqualAsync(agent);
        await agent.StopInOrderAsync();

        // After a restart the path in the books is the first, whatever the order of the directories.
        _sandbox.WatchedDirectories.Reverse();
        using var again = await RunningAgent.StartAsync(_sandbox);
        await again.WaitForActiveAsync(first.Id);
        Assert.Equal(first.Path, (await again.ClientAsync(first.Id))!.DatabasePath);
        await first.ReplicaBecomesEqualAsync(again);
    }

    [Fact]
    public async Task A_symbolic_link_out_of_the_watched_directory_is_refused()
    {
        var outside = Path.Combine(_sandbox.Folder("outside"), "secret.db");
        await WriterProgram.CreateAsync(_sandbox, outside, "-rows", "3");
        var link = _sandbox.NewTenant();
        File.CreateSymbolicLink(link.Path, outside);
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);

        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).Skipped.Any(file => file.Path == link.Path), () => "the link is listed with its reason\n" + agent.Said);
        Assert.Null(await agent.ClientAsync(link.Id));
        Assert.Equal("", link.Listing());
    }

    [Fact]
    public async Task A_second_name_of_a_known_file_is_refused()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        var twin = _sandbox.NewTenant();
        (await ChildProcess.RunAsync("ln", [tenant.Path, twin.Path], _sandbox.Root)).MustSucceed();

        await Eventually.TrueAsync(async () =>
        {
            var status = await agent.StatusAsync();
            return status.Skipped.Any(file => file.Path == twin.Path) || status.Find(twin.Id) is { Status: "error" };
        }, () => "the second name is refused\n" + agent.Said);
        Assert.Equal("", twin.Listing());
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(10);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_tenant_is_unregistered_and_its_last_commits_are_kept(bool withLeftovers)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using (var application = await tenant.OpenAsync())
        {
            await application.InsertAsync(50);
            await tenant.ReplicaBecomesEqualAsync(agent);
            await application.EndAsync();
        }

        var digest = (await WriterProgram.DigestsAsync(_sandbox, tenant.Path))[tenant.Path];
        File.Delete(tenant.Path);
        if (withLeftovers)
        {
            File.Delete(tenant.Path + "-wal");
            File.Delete(tenant.Path + "-shm");
        }

        await agent.WaitForLineAsync($"Client unregistered: {tenant.Id}");
        await Eventually.TrueAsync(async () => await agent.ClientAsync(tenant.Id) is null, () => "the tenant is unregistered\n" + agent.Said);
        await agent.WaitForLineAsync($"Database removed: {tenant.Path}");
        var restored = await tenant.RestoreAsync();
        Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, restored))[restored]);
    }

    [Fact]
    public async Task A_tenant_re_created_later_under_its_name_gets_nothing_of_its_predecessor()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using (var application = await tenant.OpenAsync())
        {
            await application.ExecuteAsync("CREATE TABLE secret(text)");
            await application.ExecuteAsync("INSERT INTO secret VALUES('of the old tenant')");
            await tenant.ReplicaBecomesEqualAsync(agent);
            await application.EndAsync();
        }

        // Only the .db, as was always enough. What the agent's connection left beside it must go by itself.
        File.Delete(tenant.Path);
        await Eventually.TrueAsync(() => !File.Exists(tenant.Path + "-wal") && !File.Exists(tenant.Path + "-shm"), () => "the leftovers of a deleted tenant go\n" + agent.Said, TimeSpan.FromSeconds(10));
        var template = Path.Combine(_sandbox.Folder("templates"), "new.db");
        await WriterProgram.CreateAsync(_sandbox, template, "-rows", "7");
        var digest = (await WriterProgram.DigestsAsync(_sandbox, template))[template];
        File.Move(template, tenant.Path);

        Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, tenant.Path))[tenant.Path]);
        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task A_re_created_tenant_continues_its_chain()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        for (var round = 0; round < 3; round++)
        {
            await tenant.ReplicaBecomesEqualAsync(agent);
            var newest = (await agent.ClientAsync(tenant.Id))!.ReplicatedNumber;
            File.Delete(tenant.Path);
            File.Delete(tenant.Path + "-wal");
            File.Delete(tenant.Path + "-shm");
            await Eventually.TrueAsync(async () => await agent.ClientAsync(tenant.Id) is null, () => "unregistered\n" + agent.Said);
            await WriterProgram.CreateAsync(_sandbox, tenant.Path, "-rows", $"{100 * round}", "-seed", $"{round}", "-page-size", "4096", "-journal", "wal");
            await agent.WaitForAsync(tenant.Id, client => client.ReplicatedNumber > newest, $"goes on after {newest}");
        }

        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
        Assert.Single(tenant.Files(1).Concat(tenant.Files(9)), file => file.Min == 1);
    }

    [Theory]
    [InlineData("4096")]
    [InlineData("16384")]
    public async Task A_file_replaced_by_rename_is_resynced_whatever_its_page_size(string pageSize)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        var old = (await agent.ClientAsync(tenant.Id))!.ReplicatedTxid!;
        var digest = (await WriterProgram.DigestsAsync(_sandbox, tenant.Path))[tenant.Path];
        var template = Path.Combine(_sandbox.Folder("templates"), "new.db");
        await WriterProgram.CreateAsync(_sandbox, template, "-rows", "300", "-page-size", pageSize);
        File.Delete(tenant.Path + "-wal");
        File.Delete(tenant.Path + "-shm");
        File.Move(template, tenant.Path, overwrite: true);

        await tenant.ReplicaBecomesEqualAsync(agent);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(30);
        await tenant.ReplicaBecomesEqualAsync(agent);
        var before = await tenant.RestoreAsync("-txid", old);
        Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, before))[before]);
    }

    [Fact]
    public async Task The_sweep_finds_what_no_event_told()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sweep-interval", "1s", "-quiet-time", "30s");
        await agent.WaitForActiveAsync(tenant.Id);

        // A directory that is moved away and back: the watch on it is gone with the old one.
        var copy = _sandbox.Data + ".copy";
        (await ChildProcess.RunAsync("cp", ["-a", _sandbox.Data, copy], _sandbox.Root)).MustSucceed();
        Directory.Move(_sandbox.Data, _sandbox.Data + ".old");
        Directory.Move(copy, _sandbox.Data);
        var newcomer = await _sandbox.CreateTenantAsync();
        await newcomer.ReplicaBecomesEqualAsync(agent);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }
}

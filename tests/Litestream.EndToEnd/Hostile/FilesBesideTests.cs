using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>
/// What SQLite keeps beside a database, made by somebody else: SQLite and the agent would write to it, or copy from it. The tenant says so, nothing is read or written
/// through it, its neighbours do not notice, and when it is gone the tenant is replicated.
/// </summary>
public sealed class FilesBesideTests : IDisposable
{
    private static readonly string[] Suffixes = ["-wal", "-shm", "-journal"];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_WAL_that_is_no_file_of_its_own_is_named_and_neither_written_nor_read()
    {
        var outside = await Outside.CreateAsync(_sandbox);
        var good = await _sandbox.CreateTenantAsync();
        var kinds = new Dictionary<string, Action<string>>
        {
            ["link to a text"] = path => File.CreateSymbolicLink(path, outside.Text),
            ["link to a database"] = path => File.CreateSymbolicLink(path, outside.Database),
            ["link to nothing"] = path => File.CreateSymbolicLink(path, outside.Nothing),
            ["link to a device"] = path => File.CreateSymbolicLink(path, "/dev/zero"),
            ["pipe"] = SpecialFiles.Pipe,
            ["socket"] = SpecialFiles.Socket,
            ["directory"] = path => Directory.CreateDirectory(path),
        };
        var hostile = new List<(Tenant Tenant, string Beside)>();
        foreach (var (suffix, kind) in Suffixes.SelectMany(s => kinds.Keys.Select(k => (s, k))))
        {
            var tenant = _sandbox.NewTenant();
            File.Copy(good.Path, tenant.Path);
            kinds[kind](tenant.Path + suffix);
            hostile.Add((tenant, tenant.Path + suffix));
        }
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sweep-interval", "1s");
        foreach (var (tenant, beside) in hostile)
        {
            var client = await agent.WaitForAsync(tenant.Id, c => c.Status == "error", $"is in error for {beside}");
            Assert.Contains($"{beside} is not a regular file", client.LastError, StringComparison.Ordinal);
            Assert.Equal("", tenant.Listing());
        }

        using (var application = await good.OpenAsync())
        {
            await application.InsertAsync(10);
            await agent.SyncAsync(good.Id);
        }
        await good.ReplicaBecomesEqualAsync(agent);
        outside.IsUntouched();

        foreach (var (_, beside) in hostile)
        {
            if (Directory.Exists(beside) && File.ResolveLinkTarget(beside, false) is null)
                Directory.Delete(beside);
            else
                File.Delete(beside);
        }
        foreach (var (tenant, _) in hostile)
            await agent.WaitForAsync(tenant.Id, c => c is { Status: "active", ReplicatedNumber: > 0 }, "is replicated when that is gone", TimeSpan.FromSeconds(120));
        await hostile[0].Tenant.ReplicaEqualsAsync(agent);
        await agent.StopInOrderAsync();
        outside.IsUntouched();
    }

    [Theory]
    [InlineData("-wal", true)]
    [InlineData("-wal", false)]
    [InlineData("-shm", true)]
    [InlineData("-shm", false)]
    public async Task One_that_is_exchanged_under_a_tenant_in_use_stops_that_tenant_alone(string suffix, bool isPipe)
    {
        var outside = await Outside.CreateAsync(_sandbox);
        var (good, bad) = (await _sandbox.CreateTenantAsync(), await _sandbox.CreateTenantAsync());
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await bad.OpenAsync();
        await application.InsertAsync(10);
        await agent.SyncAsync(bad.Id);
        var hostile = Path.Combine(_sandbox.Data, "hostile");
        if (isPipe)
            SpecialFiles.Pipe(hostile);
        else
            File.CreateSymbolicLink(hostile, outside.Text);
        File.Move(hostile, bad.Path + suffix, overwrite: true);

        var client = await agent.WaitForAsync(bad.Id, c => c.Status == "error", "says what is there");
        Assert.Contains($"{bad.Path}{suffix} is not a regular file", client.LastError, StringComparison.Ordinal);
        using (var other = await good.OpenAsync())
        {
            await other.InsertAsync(10);
            await agent.SyncAsync(good.Id);
        }
        await good.ReplicaBecomesEqualAsync(agent);
        application.Kill();
        await agent.StopInOrderAsync();
        outside.IsUntouched();
        Outside.IsNotIn(_sandbox.Replica);
        var restored = await bad.RestoreAsync();
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, restored))[restored]);
    }
}

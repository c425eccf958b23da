using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>
/// A tenant may write in the watched directory, and exchanges its file for something else while the agent looks, opens and reads: between any two of its steps, many times a second. What is
/// outside is neither changed nor copied, and nobody else's backup stops.
/// </summary>
public sealed class WatchedDirectoryTests : IDisposable
{
    private const int Exchanges = 4_000;
    private const int LeastSyncs = 5;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("link")]
    [InlineData("pipe")]
    [InlineData("directory")]
    [InlineData("wal")]
    public async Task A_file_that_is_exchanged_again_and_again_leads_nobody_out_and_stops_nobody(string what)
    {
        // In rollback mode: whoever opens it to replicate it would change it.
        var outside = await Outside.CreateAsync(_sandbox, "delete");
        var (good, bad) = (await _sandbox.CreateTenantAsync(), await _sandbox.CreateTenantAsync());
        var other = Path.Combine(_sandbox.Data, "other");
        var (name, isWal) = (bad.Path, what == "wal");
        switch (what)
        {
            case "link":
                File.CreateSymbolicLink(other, outside.Database);
                break;
            case "pipe":
                SpecialFiles.Pipe(other);
                break;
            case "directory":
                SpecialFiles.Pipe(Path.Combine(Directory.CreateDirectory(other).FullName, "moved-away"));
                break;
            default:
                File.CreateSymbolicLink(other, outside.Text);
                break;
        }
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sweep-interval", "1s");
        await agent.WaitForActiveAsync(bad.Id);
        Application? application = null;
        if (isWal)
        {
            application = await bad.OpenAsync();
            await application.InsertAsync(10);
            name = bad.Path + "-wal";
        }
        using var goodOne = await good.OpenAsync();

        var (syncs, exchanged, isOver) = (0, 0, false);
        var tenant = Task.Run(() =>
        {
            for (var i = 0; i < Exchanges || Volatile.Read(ref syncs) < LeastSyncs; i++)
                exchanged += SpecialFiles.TryExchange(name, other) ? 1 : 0;
            Volatile.Write(ref isOver, true);
        });
        while (!Volatile.Read(ref isOver))
        {
            await goodOne.InsertAsync(1);
            await agent.SyncAsync(good.Id);
            Interlocked.Increment(ref syncs);
        }
        await tenant;
        if (exchanged % 2 == 1)
            Assert.True(SpecialFiles.TryExchange(name, other), name);

        application?.Kill();
        await good.ReplicaEqualsAsync(agent);
        await agent.StopInOrderAsync();
        outside.IsUntouched();
        Outside.IsNotIn(_sandbox.Replica);
        Outside.IsNotIn(_sandbox.State);
    }

    /// <summary>What is found below a directory is no link; what becomes one later is given up, with all below it, and taken up again when it is itself.</summary>
    [Fact]
    public async Task A_folder_below_a_directory_that_is_exchanged_for_a_link_is_given_up_until_it_is_back()
    {
        _sandbox.Folder("outside/er");
        var outside = await Outside.CreateAsync(_sandbox, "delete");
        var (folder, other) = (Path.Combine(_sandbox.Data, "deep"), Path.Combine(_sandbox.Root, "other"));
        Directory.CreateSymbolicLink(other, outside.Folder);
        List<Tenant> tenants = [.. new[] { "deep", "deep/er", "." }.Select(NewTenantIn)];
        foreach (var tenant in tenants)
            await WriterProgram.CreateAsync(_sandbox, tenant.Path, "-rows", "20");
        var config = Path.Combine(_sandbox.Root, "litestream.yml");
        await File.WriteAllTextAsync(config, $"dbs: [{{dir: {_sandbox.Data}, recursive: true, replica: {_sandbox.ReplicaUrl}}}]");
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, "replicate", "-config", config, "-sweep-interval", "1s");
        foreach (var tenant in tenants)
            await agent.WaitForActiveAsync(tenant.Id);

        Assert.True(SpecialFiles.TryExchange(folder, other), folder);
        await Eventually.TrueAsync(async () => await agent.ClientAsync(tenants[0].Id) is null && await agent.ClientAsync(tenants[1].Id) is null, () => $"both are given up\n{agent.Said}");
        await tenants[2].ReplicaEqualsAsync(agent);
        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).ActiveClients == 1, () => $"one is left\n{agent.Said}");

        Assert.True(SpecialFiles.TryExchange(folder, other), folder);
        foreach (var tenant in tenants)
        {
            await agent.WaitForActiveAsync(tenant.Id);
            await tenant.ReplicaEqualsAsync(agent);
        }
        await agent.StopInOrderAsync();
        outside.IsUntouched();
        Outside.IsNotIn(_sandbox.Replica);
        Outside.IsNotIn(_sandbox.State);
    }

    /// <summary>A directory of a configuration file has its databases in the replica as it has them itself.</summary>
    private Tenant NewTenantIn(string folder)
    {
        var tenant = _sandbox.NewTenant(Directory.CreateDirectory(Path.Combine(_sandbox.Data, folder)).FullName);
        return tenant with { ReplicaFolder = Path.Combine(_sandbox.Replica, Path.GetRelativePath(_sandbox.Data, tenant.Path)) };
    }
}

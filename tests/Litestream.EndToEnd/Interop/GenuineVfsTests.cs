using System.Globalization;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Interop;

/// <summary>What genuine Litestream 0.5.17 makes of the replicas that our agent writes.</summary>
public sealed class GenuineVfsTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsVfs]
    public async Task It_reads_every_page_size_with_the_same_dump()
    {
        var tenants = new List<Tenant>();
        foreach (var pageSize in new[] { 512, 1024, 4096, 16384, 65536 })
            tenants.Add(await _sandbox.CreateTenantAsync("-page-size", pageSize.ToString(CultureInfo.InvariantCulture), "-auto-vacuum", "incremental"));
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
        {
            await agent.WaitForActiveAsync(tenant.Id);
            (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "60", "-session", "mixed", "-seed", "21",
                "-mix", "insert=6,update=3,delete=2,large=1,vacuum=1,shrink=1,checkpoint=1")).MustSucceed();
            await tenant.ReplicaBecomesEqualAsync(agent);
            using var vfs = await GenuineVfs.OpenAsync(tenant);
            Assert.Equal(await Sqlite3Program.DumpAsync(_sandbox, tenant.Path), await vfs.DumpAsync());
        }
    }

    [NeedsVfs]
    public async Task Its_restore_gives_the_same_bytes_as_ours()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "100", "-seed", "22")).MustSucceed();
        await tenant.ReplicaBecomesEqualAsync(agent);
        await agent.StopInOrderAsync();

        var hydrated = Path.Combine(_sandbox.Folder("hydrated"), "copy.db");
        using var vfs = await GenuineVfs.OpenAsync(tenant, hydrated);
        await Eventually.TrueAsync(async () => await vfs.QueryAsync("PRAGMA litestream_hydration_progress") == "100.0", () => "the copy is complete\n" + vfs.Said);
        var ours = await tenant.RestoreAsync();
        Assert.Equal(await File.ReadAllBytesAsync(ours), await File.ReadAllBytesAsync(hydrated));
    }

    [NeedsVfs]
    public async Task A_reader_that_stays_follows_through_compaction_retention_and_snapshots()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-level-intervals", "2s,5s,11s", "-l0-retention", "4s", "-snapshot-interval", "9s");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        var readers = new List<GenuineVfs>();
        try
        {
            await Eventually.TrueAsync(async () =>
            {
                // A reader more now and then, so that some open in the middle of every kind of window.
                if (readers.Count < 8 && (readers.Count == 0 || Random.Shared.Next(4) == 0))
                    readers.Add(await GenuineVfs.OpenAsync(tenant));
                await application.InsertAsync(5);
                var rows = (await application.NumberAsync("SELECT count(*) FROM rows")).ToString(CultureInfo.InvariantCulture);
                foreach (var reader in readers)
                    await Eventually.TrueAsync(async () => await reader.QueryAsync("SELECT count(*) FROM rows") == rows,
                        () => $"a reader follows to {rows} rows: {tenant.Listing()}\n{reader.Said}", TimeSpan.FromSeconds(30));
                return readers.Count == 8 && tenant.Files(2).Count > 0 && tenant.Files(9).Count > 0 && tenant.Files(1).Count > 3 && tenant.Files(0)[0].Min > 5;
            }, () => $"levels, a snapshot and retention: {tenant.Listing()}\n{agent.Said}", TimeSpan.FromMinutes(3));
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    [NeedsVfs]
    public async Task It_follows_and_restores_through_quiet_VACUUM_and_growth()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox,
            "-level-intervals", "1s,3s,9s", "-l0-retention", "2s", "-snapshot-interval", "3s", "-sweep-interval", "500ms", "-quiet-time", "500ms");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        var readers = new List<GenuineVfs>();
        try
        {
            foreach (var stage in (string[])["base", "rows", "quiet", "VACUUM", "growth", "quiet", "rows"])
            {
                await PassAsync(stage, tenant, application, agent);
                readers.Add(await GenuineVfs.OpenAsync(tenant));
                await application.InsertAsync(3);
                await tenant.ReplicaBecomesEqualAsync(agent);
                var rows = (await application.NumberAsync("SELECT count(*) FROM rows")).ToString(CultureInfo.InvariantCulture);
                foreach (var reader in readers)
                    await Eventually.TrueAsync(async () => await reader.QueryAsync("SELECT count(*) FROM rows") == rows,
                        () => $"after {stage} a reader follows to {rows} rows: {tenant.Listing()}\n{reader.Said}", TimeSpan.FromSeconds(60));
            }

            await agent.StopInOrderAsync();
            var hydrated = Path.Combine(_sandbox.Folder("hydrated"), "copy.db");
            using var last = await GenuineVfs.OpenAsync(tenant, hydrated);
            await Eventually.TrueAsync(async () => await last.QueryAsync("PRAGMA litestream_hydration_progress") == "100.0", () => "the copy is complete\n" + last.Said);
            Assert.Equal(await File.ReadAllBytesAsync(await tenant.RestoreAsync()), await File.ReadAllBytesAsync(hydrated));
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    private static async Task PassAsync(string stage, Tenant tenant, Application application, RunningAgent agent)
    {
        switch (stage)
        {
            case "rows":
                for (var i = 0; i < 20; i++)
                    await application.InsertAsync(5);
                break;
            case "VACUUM":
                await application.ExecuteAsync("DELETE FROM rows WHERE id % 2 = 0 AND writer = 9");
                await application.ExecuteAsync("VACUUM");
                break;
            case "growth":
                await application.InsertAsync(rows: 500, bytes: 3000);
                break;
            case "quiet":
                // The snapshot of a quiet tenant: up to its last commit, and an empty L1 behind it.
                await Eventually.TrueAsync(() => tenant.Files(9).Count > 0 && tenant.Files(1)[^1].Min == tenant.Files(9)[^1].Max + 1,
                    () => $"quiet: {tenant.Listing()}\n{agent.Said}", TimeSpan.FromMinutes(1));
                break;
        }
    }

    [NeedsVfs]
    public async Task It_reads_a_tenant_that_was_replaced_by_one_of_another_page_size()
    {
        var tenant = await _sandbox.CreateTenantAsync("-page-size", "4096");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        var template = Path.Combine(_sandbox.Folder("templates"), "new.db");
        await WriterProgram.CreateAsync(_sandbox, template, "-rows", "200", "-page-size", "1024");
        File.Delete(tenant.Path + "-wal");
        File.Delete(tenant.Path + "-shm");
        File.Move(template, tenant.Path, overwrite: true);
        await tenant.ReplicaBecomesEqualAsync(agent);

        using var vfs = await GenuineVfs.OpenAsync(tenant);
        Assert.Equal(await Sqlite3Program.DumpAsync(_sandbox, tenant.Path), await vfs.DumpAsync());
    }
}

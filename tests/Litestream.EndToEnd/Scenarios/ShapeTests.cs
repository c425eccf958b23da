using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>Databases of every form, through everything that moves their pages.</summary>
public sealed class ShapeTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(512, "none")]
    [InlineData(1024, "full")]
    [InlineData(2048, "incremental")]
    [InlineData(4096, "none")]
    [InlineData(8192, "full")]
    [InlineData(16384, "incremental")]
    [InlineData(32768, "none")]
    [InlineData(65536, "full")]
    public async Task Growth_shrink_and_VACUUM_are_followed(int pageSize, string autoVacuum)
    {
        var tenant = await _sandbox.CreateTenantAsync("-page-size", pageSize.ToString(CultureInfo.InvariantCulture), "-auto-vacuum", autoVacuum);
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();

        await application.InsertAsync(rows: 400, bytes: 3000);
        await tenant.ReplicaBecomesEqualAsync(agent);
        await application.ExecuteAsync("DELETE FROM rows WHERE id % 3 > 0 AND writer = 9");
        await application.ExecuteAsync("PRAGMA incremental_vacuum(20)");
        await tenant.ReplicaBecomesEqualAsync(agent);
        await application.ExecuteAsync("VACUUM");
        await tenant.ReplicaBecomesEqualAsync(agent);
        await application.ExecuteAsync("DELETE FROM rows WHERE writer = 9");
        await application.ExecuteAsync("VACUUM");
        await application.InsertAsync(rows: 5);
        await tenant.ReplicaBecomesEqualAsync(agent);

        var client = await agent.ClientAsync(tenant.Id);
        Assert.Equal(pageSize, client!.PageSize);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task An_application_that_checkpoints_in_every_mode_loses_nothing()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        foreach (var mode in new[] { "PASSIVE", "FULL", "RESTART", "TRUNCATE", "PASSIVE", "TRUNCATE" })
        {
            await application.InsertAsync(50);
            await application.ExecuteAsync($"PRAGMA wal_checkpoint({mode})");
            await application.InsertAsync(50);
        }

        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task An_application_that_opens_and_closes_per_request_loses_nothing()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "300", "-session", "request", "-seed", "11")).MustSucceed();

        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task Several_processes_that_write_one_database_as_fast_as_they_can_lose_nothing()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        var writers = await Task.WhenAll(Enumerable.Range(1, 3).Select(id => WriterProgram.RunAsync(_sandbox,
            "write", tenant.Path, "-seconds", "4", "-id", id.ToString(CultureInfo.InvariantCulture), "-seed", id.ToString(CultureInfo.InvariantCulture))));
        Assert.All(writers, writer => writer.MustSucceed());

        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task A_writer_killed_in_the_middle_leaves_a_replica_of_what_was_committed()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        for (var round = 0; round < 3; round++)
        {
            using (var writer = WriterProgram.Start(_sandbox, "write", tenant.Path, "-seconds", "60", "-seed", $"{round}", "-mix", "insert=5,large=3,rollback=3"))
            {
                var before = new FileInfo(tenant.Path).LastWriteTimeUtc;
                await Eventually.TrueAsync(() => new FileInfo(tenant.Path).LastWriteTimeUtc != before, () => "the writer makes the database change\n" + writer.Said);
                writer.Send(Signal.Kill);
                await writer.WaitForExitAsync(Eventually.Patience);
            }

            using var next = await tenant.OpenAsync();
            await next.InsertAsync(3);
            await tenant.ReplicaBecomesEqualAsync(agent);
        }
    }

    [Fact]
    public async Task A_reader_that_stays_for_long_stops_neither_the_writer_nor_the_agent()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using var reader = WriterProgram.Start(_sandbox, "hold", tenant.Path);
        await Eventually.TrueAsync(() => reader.Lines.Contains("holding"), () => "the reader holds\n" + reader.Said);
        (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "3000", "-mix", "insert=1", "-seed", "5")).MustSucceed();

        await tenant.ReplicaBecomesEqualAsync(agent);
        reader.Input.Close();
        await reader.WaitForExitAsync(Eventually.Patience);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }
}

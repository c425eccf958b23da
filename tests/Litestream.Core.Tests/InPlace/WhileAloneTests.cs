using Litestream.Core.Tests.Replication;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.InPlace;

/// <summary>A restore that changes what every connection believes: only when nobody has one.</summary>
public sealed class WhileAloneTests
{
    private const string Name = Generations.Name;

    /// <summary>Whoever closes it as the last one has it for himself while the WAL goes, the agent's own lane as well.</summary>
    [Fact]
    public async Task Somebody_who_has_it_for_himself_for_a_moment_is_waited_for()
    {
        await using var tenant = new Generations();
        var other = tenant.Folder.PathOf("other");
        using var closes = new Application(other);
        closes.Sql("PRAGMA journal_mode=WAL; CREATE TABLE t (v); PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t VALUES (1)");
        using var connection = EngineConnection.Open(other);
        Task MarkAsync(InPlaceOptions options) => new LiveDatabase(tenant.Database.State, options, null, TimeProvider.System, NullLogger.Instance).MarkAsync(connection, default);

        Assert.Equal(InPlaceFault.Busy, (await Assert.ThrowsAsync<InPlaceException>(() => MarkAsync(new() { FailsIfBusy = true }))).Fault);
        var waits = MarkAsync(new());
        Assert.False(waits.IsCompleted);
        closes.Close();
        await waits;

        Assert.Equal("1", connection.QueryText("SELECT count(*) FROM t\0"u8));
        connection.EndTransaction();
    }

    [Theory]
    [InlineData("PRAGMA page_size=8192")]
    [InlineData("PRAGMA page_size=1024")]
    [InlineData("PRAGMA auto_vacuum=FULL")]
    public async Task Another_page_size_goes_in_when_nobody_has_the_database_open(string change)
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await VacuumAsync(tenant, change);
        await tenant.BeginAsync(2);
        var inode = Inode(tenant);

        Assert.Equal(InPlaceFault.Busy, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first, new() { FailsIfBusy = true })));
        Assert.Equal("2", tenant.Seen());
        var waits = tenant.RestoreAsync(first);
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('in the last moment')");
        tenant.Application.Close();
        var restored = await waits;

        Assert.True(restored.WasAlone);
        using (var application = new Application(tenant.Path))
        {
            Assert.Equal("1", Generations.Seen(application));
            Assert.Equal(["4096"], application.Sql("PRAGMA page_size"));
            Assert.Equal(["wal"], application.Sql("PRAGMA journal_mode"));
            Assert.Equal(["ok"], application.Sql("PRAGMA integrity_check"));
            await tenant.Folder.AssertRestoresEqualAsync(Name);
        }
        Assert.Equal("1", ReplicatedFolder.Scalar(await tenant.Folder.RestoreAsync(Name, restored.Before), "SELECT count(*) FROM t WHERE v = 'in the last moment'"));

        await tenant.Database.UndoRestoreAsync(new(), null, default);
        Assert.Equal("2", ReplicatedFolder.Scalar(tenant.Path, "SELECT max(generation) FROM g"));
        await tenant.Folder.AssertRestoresEqualAsync(Name);
        Assert.Equal(inode, Inode(tenant));
        Assert.Equal(DatabaseStatus.Active, tenant.Database.Snapshot().Status);
    }

    /// <summary>Whoever waits for an application to close the database leaves it replicated meanwhile.</summary>
    [Fact]
    public async Task Waiting_disturbs_nobody()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await VacuumAsync(tenant, "PRAGMA page_size=8192");
        await tenant.BeginAsync(2);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var restoring = tenant.Database.RestoreInPlaceAsync(new() { Txid = first }, new Told(p =>
        {
            if (p.Step == InPlaceStep.Waiting)
                waits.TrySetResult();
        }), stop.Token);
        await waits.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var closed = 0;
        for (var i = 0; i < 40; i++)
        {
            tenant.Application.Sql($"INSERT INTO t (v) VALUES ('commit {i}')");
            await tenant.Database.SyncAsync(default);
            closed += tenant.Database.Snapshot().IsHot ? 0 : 1;
        }

        Assert.Equal(0, closed);
        Assert.False(restoring.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restoring);
        await tenant.AssertSoundAsync();
    }

    /// <summary>While nothing may be open a sync is late, not refused.</summary>
    [Fact]
    public async Task Who_asks_for_a_sync_while_nothing_may_be_open_waits()
    {
        await using var tenant = new Generations();
        await tenant.BeginAsync(1);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tenant.Database.State.Hold = hold;
        tenant.Database.State.CaptureLane.Wake();
        await hold.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(tenant.Database.Snapshot().IsHot);
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('meanwhile')");
        var sync = tenant.Database.SyncAsync(default);
        await ReplicatedFolder.WaitAsync(() => tenant.Database.State.Activity == Litestream.Replication.CaptureActivity.None, "looked");
        Assert.False(sync.IsCompleted);

        tenant.Database.State.Hold = null;
        tenant.Database.State.CaptureLane.Wake();

        await sync.WaitAsync(TimeSpan.FromSeconds(60));
        await tenant.AssertSoundAsync();
    }

    private sealed class Told(Action<InPlaceProgress> told) : IProgress<InPlaceProgress>
    {
        public void Report(InPlaceProgress value) => told(value);
    }

    private static async Task VacuumAsync(Generations tenant, string change)
    {
        tenant.Application.Sql(".close");
        await ReplicatedFolder.WaitAsync(() => tenant.Database.Snapshot() is { IsHot: false }, "cold");
        using (var vacuum = new Application(tenant.Path))
        {
            vacuum.Sql("PRAGMA busy_timeout=10000");
            vacuum.Sql("PRAGMA journal_mode=DELETE");
            vacuum.Sql(change);
            vacuum.Sql("VACUUM");
            vacuum.Sql("PRAGMA journal_mode=WAL");
        }
        tenant.Application.Sql(".open");
    }

    private static ulong Inode(Generations tenant) => Litestream.Sqlite.FileStat.Of(tenant.Path)!.Value.Inode;
}

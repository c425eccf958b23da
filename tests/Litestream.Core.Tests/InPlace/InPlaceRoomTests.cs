using Litestream.Core.Tests.Replication;
using Litestream.InPlace;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.InPlace;

/// <summary>No room beside the database: before anything is touched, and in the middle of it.</summary>
public sealed class InPlaceRoomTests
{
    [NeedsMount]
    public async Task A_full_disk_is_found_before_anything_is_touched()
    {
        using var small = new SmallFileSystem(4);
        await using var tenant = new Generations(new() { DataAt = small.Path });
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        small.Fill();

        Assert.Equal(InPlaceFault.NoRoom, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first)));

        Assert.Equal("2", tenant.Seen());
        Assert.Empty(tenant.Database.Snapshot().Kept);
        small.Free();
        await tenant.RestoreAsync(first);
        Assert.Equal("1", tenant.Seen());
        await tenant.AssertSoundAsync();
    }

    /// <summary>Large enough that SQLite writes before the commit, and finds the disk full then.</summary>
    [NeedsMount]
    public async Task A_disk_that_fills_up_meanwhile_leaves_the_old_state_and_nothing_to_undo()
    {
        using var small = new SmallFileSystem(40);
        await using var tenant = new Generations(new() { DataAt = small.Path });
        tenant.Application.Sql("CREATE TABLE large (v)");
        tenant.Application.Sql("INSERT INTO large VALUES (randomblob(9000000))");
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        // A WAL that is long already has room for it.
        tenant.Application.Sql("PRAGMA busy_timeout=20000");
        Assert.StartsWith("0", tenant.Application.Sql("PRAGMA wal_checkpoint(TRUNCATE)").Single());

        var full = await Assert.ThrowsAsync<InPlaceException>(() => tenant.Database.RestoreInPlaceAsync(new() { Txid = first }, new Filling(small), default));

        Assert.Equal(InPlaceFault.NoRoom, full.Fault);
        Assert.Equal("2", tenant.Seen());
        Assert.Empty(tenant.Database.Snapshot().Kept);
        Assert.Equal(["ok"], tenant.Application.Sql("PRAGMA integrity_check"));
        small.Free();
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('there is room again')");
        await ReplicatedFolder.SyncAsync(tenant.Database);
        await tenant.AssertSoundAsync();
        await tenant.RestoreAsync(first);
        Assert.Equal("1", tenant.Seen());
        await tenant.AssertSoundAsync();
    }

    private sealed class Filling(SmallFileSystem small) : IProgress<InPlaceProgress>
    {
        private bool _isDone;

        public void Report(InPlaceProgress value)
        {
            if (_isDone || value is not { Step: InPlaceStep.Copying })
                return;
            _isDone = true;
            small.Fill();
        }
    }
}

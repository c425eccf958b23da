using Litestream.Core.Tests.Replication;
using Litestream.InPlace;
using Litestream.Ltx;

namespace Litestream.Core.Tests.InPlace;

/// <summary>A restore that changes what every connection believes: only when nobody has one.</summary>
public sealed class WhileAloneTests
{
    private const string Name = Generations.Name;

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

using Litestream.Replication;
using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Replication;

/// <summary>An application that opens its database while root does must find nothing that is root's, not for a moment.</summary>
public sealed class OwnersWalTests
{
    private const uint User = 65534, Group = 65533;
    private const string Name = ReplicatedFolder.Name;

    [NeedsRoot]
    public async Task Another_users_WAL_and_wal_index_are_there_as_its_own_before_anything_is_read()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var path = folder.PathOf(Name);
        Assert.Equal(0, Owner.Change(path, User, Group));

        OwnersWal.Prepare(path, FileStat.Of(path)!.Value);

        var files = DatabaseFiles.At(path);
        foreach (var made in new[] { files.Wal, files.Shm })
            Assert.Equal((User, Group, files.Main!.Value.Mode, 0L), (made!.Value.Uid, made.Value.Gid, made.Value.Mode, made.Value.SizeBytes));
        using (var connection = EngineConnection.Open(path))
        {
            connection.BeginMark();
            Assert.Equal(0u, connection.WalIndex.Read()!.Value.MxFrame);
        }
        OwnersWal.Prepare(path, FileStat.Of(path)!.Value);
        using var application = new Application(path);
        application.Sql("INSERT INTO t (v) VALUES ('written')");
        OwnersWal.Prepare(path, FileStat.Of(path)!.Value);
        Assert.True(DatabaseFiles.At(path).Wal!.Value.SizeBytes > 0);
    }

    [Fact]
    public async Task Of_ones_own_database_nothing_is_made()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        OwnersWal.Prepare(folder.PathOf(Name), FileStat.Of(folder.PathOf(Name))!.Value);
        Assert.False(File.Exists(DatabaseFiles.WalOf(folder.PathOf(Name))));
    }
}

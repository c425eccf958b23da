using Litestream.Core.Tests.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Sqlite;

public sealed class EngineConnectionTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task What_SQLite_refuses_names_the_file_what_was_tried_and_SQLites_words()
    {
        await using var folder = new ReplicatedFolder();
        SqliteForTests.Choose();
        var missing = Assert.Throws<SqliteErrorException>(() => EngineConnection.Open(folder.PathOf(Name)));
        Assert.Equal(SqliteCode.CannotOpen, missing.Primary);
        Assert.Contains(folder.PathOf(Name), missing.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.PathOf(Name)), "opening created it");

        using var application = folder.NewTenant();
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        var wrong = Assert.Throws<SqliteErrorException>(() => connection.Execute("SELECT nonsense FROM nowhere\0"u8));
        Assert.Contains("no such table: nowhere", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<SqliteErrorException>(() => connection.QueryText("SELECT nonsense FROM nowhere\0"u8));
        Assert.Null(connection.QueryText("SELECT 1 WHERE 0\0"u8));
        Assert.Equal("wal", connection.QueryText("PRAGMA journal_mode\0"u8));
        Assert.False(connection.IsReadOnly);
    }

    /// <summary>Opening takes no lock and reads nothing: there is no wal-index and no WAL to look at before the first mark.</summary>
    [Fact]
    public async Task Before_its_first_mark_a_connection_knows_no_WAL()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        Assert.Equal(0, connection.WalLength());
        Assert.Throws<SqliteErrorException>(() => connection.ReadWal(0, new byte[32]));
        Assert.False(File.Exists(folder.PathOf(Name) + "-wal"));
        connection.BeginMark();
        Assert.Equal(0u, connection.WalIndex.Read()!.Value.MxFrame);
        Assert.False(connection.ReadWal(0, new byte[32]), "read behind the end of an empty WAL");
        Assert.Equal(new FileInfo(folder.PathOf(Name)).Length, connection.DatabaseLength());
        connection.SyncDatabase();
    }

    [Fact]
    public async Task A_database_in_rollback_mode_has_no_wal_index()
    {
        await using var folder = new ReplicatedFolder();
        using (var application = new Application(folder.PathOf(Name)))
            application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        connection.BeginMark();
        Assert.Equal(0, connection.WalLength());
        var page = new byte[100];
        Assert.True(connection.ReadDatabase(0, page));
        Assert.True(DatabaseHeader.TryParse(page, out var header) && header.IsRollback);
    }

    [Fact]
    public async Task The_writer_lock_is_tried_once_and_never_waited_for()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        application.Sql("BEGIN IMMEDIATE");
        Assert.False(connection.TryBeginImmediate());
        application.Sql("COMMIT");
        Assert.True(connection.TryBeginImmediate());
        connection.EndTransaction();
        connection.EndTransaction();
        Assert.True(connection.TryCheckpoint(NativeSqlite.CheckpointPassive, out var result));
        Assert.True(result.IsComplete);
    }

    /// <summary>Such a file is opened like any other; only its first read tells.</summary>
    [Fact]
    public async Task A_mark_on_something_that_is_no_database_is_refused_and_leaves_no_transaction()
    {
        await using var folder = new ReplicatedFolder();
        SqliteForTests.Choose();
        File.WriteAllText(folder.PathOf(Name), new string('x', 5000));
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        Assert.Equal(SqliteCode.NotADatabase, Assert.Throws<SqliteErrorException>(connection.BeginMark).Primary);
        Assert.Equal(SqliteCode.NotADatabase, Assert.Throws<SqliteErrorException>(() => connection.TryBeginImmediate()).Primary);
    }
}

using Litestream.Core.Tests.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Sqlite;

public sealed class ExclusiveLockTests
{
    /// <summary>SQLite leaves its PENDING lock behind a failed try in WAL mode: every new connection would get SQLITE_BUSY.</summary>
    [Fact]
    public async Task An_application_can_connect_after_a_failed_try_for_the_exclusive_lock()
    {
        await using var folder = new ReplicatedFolder();
        using var application = NewTenant(folder);
        using var connection = Open(folder);
        Assert.False(connection.TryBeginExclusive());
        connection.BeginMark();
        AssertOthersCanConnect(folder);
    }

    /// <summary>SQLite keeps the exclusive lock until the end of the next transaction.</summary>
    [Fact]
    public async Task An_application_can_connect_after_the_exclusive_lock_was_given_back()
    {
        await using var folder = new ReplicatedFolder();
        NewTenant(folder).Dispose();
        using var connection = Open(folder);
        Assert.True(connection.TryBeginExclusive());
        connection.EndExclusive();
        connection.BeginMark();
        AssertOthersCanConnect(folder);
    }

    [Fact]
    public async Task Another_process_is_seen_without_taking_a_lock()
    {
        await using var folder = new ReplicatedFolder();
        var application = NewTenant(folder);
        using var connection = Open(folder);
        var file = FileStat.Of(folder.PathOf("a"))!.Value;
        Assert.True(connection.IsOpenElsewhere(file));
        application.Dispose();
        Assert.False(connection.IsOpenElsewhere(file));
    }

    private static Application NewTenant(ReplicatedFolder folder)
    {
        var application = new Application(folder.PathOf("a"));
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        return application;
    }

    private static EngineConnection Open(ReplicatedFolder folder)
    {
        SqliteForTests.Choose();
        var connection = EngineConnection.Open(folder.PathOf("a"));
        connection.BeginMark();
        connection.EndTransaction();
        return connection;
    }

    private static void AssertOthersCanConnect(ReplicatedFolder folder)
    {
        using var second = EngineConnection.Open(folder.PathOf("a"));
        second.BeginMark();
        using var application = new Application(folder.PathOf("a"));
        application.Sql("INSERT INTO t (v) VALUES ('connected')");
    }
}

using Litestream.Core.Tests.Replication;
using Litestream.Core.Tests.Storage;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Sqlite;

public sealed class PinnedDatabaseTests
{
    /// <summary>A file may be longer than its database (SQLITE_FCNTL_CHUNK_SIZE, a truncation that did not happen): what SQLite does not see is no page.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_header_says_how_many_pages_a_longer_file_has_if_it_is_good(bool isHeaderGood)
    {
        SqliteForTests.Choose();
        using var folder = new ScratchFolder();
        var path = folder["a.db"];
        using (var application = new Application(path))
        {
            application.Sql("PRAGMA page_size=4096");
            application.Sql("PRAGMA journal_mode=WAL");
            application.Sql("CREATE TABLE t (v)");
            application.Sql("INSERT INTO t VALUES (hex(randomblob(20000)))");
        }
        var pages = new FileInfo(path).Length / 4096;
        using (var file = File.OpenWrite(path))
        {
            file.SetLength((pages + 3) * 4096);
            if (!isHeaderGood)
            {
                // As a version before 3.7.0 leaves it.
                file.Position = 92;
                file.Write(new byte[4]);
            }
        }
        var expected = isHeaderGood ? pages : pages + 3;
        Assert.Equal($"{expected}", ReplicatedFolder.Scalar(path, "PRAGMA page_count"));
        using var connection = EngineConnection.Open(path);
        connection.BeginMark();
        var index = connection.WalIndex.Read()!.Value;
        Assert.Equal(0u, index.MxFrame);
        using var pinned = PinnedDatabase.TryOpen(connection, index)!;
        Assert.Equal(expected, pinned.PageCount);
    }
}

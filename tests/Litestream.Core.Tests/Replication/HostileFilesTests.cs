using System.Diagnostics;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Replication;

/// <summary>What somebody who may write in a tenants' directory puts beside a database, or in its place.</summary>
public sealed class HostileFilesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_that_is_a_link_by_the_time_it_is_opened_is_not_opened_and_what_it_leads_to_stays()
    {
        await using var folder = new ReplicatedFolder();
        SqliteForTests.Choose();
        folder.NewTenant().Dispose();
        folder.CreateInRollbackMode("other");
        var (path, other) = (folder.PathOf(Name), folder.PathOf("other"));
        var looked = FileStat.Of(path)!.Value;
        using (var connection = EngineConnection.TryOpen(path, looked))
            Assert.NotNull(connection);
        var before = File.ReadAllBytes(other);
        File.Delete(path);
        File.CreateSymbolicLink(path, other);
        Assert.Null(EngineConnection.TryOpen(path, looked));
        // And back again: the name is right, the file is not.
        Assert.Null(EngineConnection.TryOpen(other, looked));
        Assert.Equal(before, File.ReadAllBytes(other));
    }

    [Fact]
    public async Task A_folder_that_was_exchanged_for_a_link_is_not_followed_to_a_database_of_the_same_name()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var database = await folder.BeginAsync(Name);
        await ReplicatedFolder.WaitAsync(() => !database.Snapshot().IsHot, "cold");
        var captured = database.Snapshot().Txid;
        var (data, outside) = (folder.Data, folder.Data + "-outside");
        Directory.CreateDirectory(outside);
        using (var theirs = new Application(Path.Combine(outside, Path.GetFileName(folder.PathOf(Name)))))
            theirs.Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        Directory.Move(data, data + "-before");
        Directory.CreateSymbolicLink(data, outside);
        database.Notice(FileEvent.Database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Error, Detail: { } detail } && detail.Contains("leads to", StringComparison.Ordinal), "an error that says where it leads");
        Assert.Equal(captured, database.Snapshot().Txid);
        Directory.Delete(data);
        Directory.Move(data + "-before", data);
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public void A_WAL_that_is_a_pipe_or_a_link_is_not_waited_for_and_not_read()
    {
        var folder = Directory.CreateTempSubdirectory("litestream-test-").FullName;
        var (pipe, link) = (Path.Combine(folder, "pipe.db"), Path.Combine(folder, "link.db"));
        using (var mkfifo = Process.Start("mkfifo", [DatabaseFiles.WalOf(pipe)]))
            mkfifo.WaitForExit();
        File.CreateSymbolicLink(DatabaseFiles.WalOf(link), "/dev/zero");
        Assert.Null(WalAtRest.Read(pipe, new(default, 1, default), 4096));
        Assert.Null(WalAtRest.Read(link, new(default, 1, default), 4096));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Where the kernel lets anybody link anything (fs.protected_hardlinks = 0), it would be another tenant's commits.</summary>
    [NeedsRoot]
    public async Task A_WAL_that_is_a_second_name_of_another_users_file_is_refused()
    {
        await using var folder = new ReplicatedFolder();
        folder.NewTenant().Dispose();
        var theirs = Path.Combine(folder.Data, "theirs");
        File.WriteAllText(theirs, "precious");
        Assert.Equal(0, Owner.Change(theirs, 65534, 65534));
        FileNames.Link(theirs, DatabaseFiles.WalOf(folder.PathOf(Name)));
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Error, Detail: { } detail } && detail.Contains("second name", StringComparison.Ordinal), $"refused, it is {database.Snapshot()}");
        Assert.Equal("precious", File.ReadAllText(theirs));
    }

    [Fact]
    public void The_note_of_a_vacated_place_may_be_anything_and_is_read_only_where_it_is_one()
    {
        var folder = Directory.CreateTempSubdirectory("litestream-test-").FullName;
        var note = Path.Combine(folder, "moved-away");
        using (var mkfifo = Process.Start("mkfifo", [note]))
            mkfifo.WaitForExit();
        Assert.Null(VacatedPlace.Find(folder));
        File.Delete(note);
        File.CreateSymbolicLink(note, "/dev/zero");
        Assert.Null(VacatedPlace.Find(folder));
        File.Delete(note);
        const string real = "This database was moved.\nid 01move\nto web-2\ntxid 0000000000000005\nlocked 2026-11-22T06:00:00Z\n";
        File.WriteAllText(note, real);
        Assert.Equal(("web-2", new Txid(5)), VacatedPlace.Find(folder) is { } place ? (place.To, place.Txid) : default);
        File.AppendAllText(note, new string('x', 100_000));
        Assert.Null(VacatedPlace.Find(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_size_that_no_database_can_have_is_not_taken_for_another_one()
    {
        Span<byte> bytes = new byte[DatabaseHeader.SizeBytes];
        "SQLite format 3\0"u8.CopyTo(bytes);
        (bytes[16], bytes[18], bytes[19], bytes[24]) = (2, 2, 2, 1);
        Assert.True(DatabaseHeader.TryParse(bytes, out var header));
        Assert.Equal(uint.MaxValue - 1, header.PagesIn(1L << 60));
        Assert.Equal(4u, header.PagesIn(2048));
    }
}

using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Litestream.Core.Tests.Needs;
using Litestream.Core.Tests.Restore;
using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Litestream.Tests.Needs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Replication;

/// <summary>A plain SQLite file follows what is published: always whole, whoever reads it, writes to it or takes it away.</summary>
public sealed class MirrorTests : IDisposable
{
    private const string Name = ReplicatedFolder.Name;

    private readonly ScratchFolder _backups = new();

    private string Plain => _backups[$"databases/{Name}"];

    private string History => Plain + "-ltx";

    public void Dispose() => _backups.Dispose();

    [Fact]
    public async Task It_has_every_commit_growing_and_shrinking_too()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        var database = await BeginAsync(folder);
        string[] life =
        [
            "INSERT INTO t(v) VALUES (randomblob(300000))", "UPDATE t SET v = 'e' WHERE id = 1", "DELETE FROM t WHERE id > 1", "VACUUM",
            "INSERT INTO t(v) VALUES (randomblob(100000))", "CREATE TABLE u(x)", "INSERT INTO u VALUES (1)",
        ];
        foreach (var sql in life)
        {
            application.Sql(sql);
            await ReplicatedFolder.SyncAsync(database);
            await IsCurrentAsync(folder, database);
        }
        Assert.Equal([Name, $"{Name}-ltx"], Directory.GetFileSystemEntries(_backups["databases"]).Select(Path.GetFileName).Order());
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_reader_keeps_its_connection_and_sees_each_commit()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        var database = await BeginAsync(folder);
        using var reader = new Application(Plain);
        var inode = InodeOf(Plain);
        for (var i = 2; i < 10; i++)
        {
            application.Sql("INSERT INTO t(v) VALUES (randomblob(5000))");
            await IsCurrentAsync(folder, database);
            Assert.Equal([$"{i}"], reader.Sql("SELECT count(*) FROM t"));
            Assert.Equal(["ok"], reader.Sql("PRAGMA integrity_check"));
        }
        Assert.Equal(inode, InodeOf(Plain));
    }

    [Fact]
    public async Task A_reader_that_does_not_end_is_named_and_delays_the_plain_file_alone()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        var database = await BeginAsync(folder);
        using var reader = new Application(Plain);
        reader.Sql("BEGIN");
        Assert.Equal(["1"], reader.Sql("SELECT count(*) FROM t"));
        await ReplicatedFolder.WriteAsync(application, database, 5); // each synced: the history does not wait
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[0].Detail is not null, "the reader is named");
        var snapshot = database.Snapshot();
        Assert.Contains($"process {reader.Id} (dotnet)", snapshot.Replicas[0].Detail, StringComparison.Ordinal);
        Assert.Contains(Plain, snapshot.Detail, StringComparison.Ordinal);
        Assert.Equal(DatabaseStatus.Active, snapshot.Status);
        using (var other = new Application(Plain))
            Assert.Equal(["1"], other.Sql("SELECT count(*) FROM t")); // and others get in
        Assert.Equal(["1"], reader.Sql("SELECT count(*) FROM t"));
        reader.Sql("COMMIT");
        await IsCurrentAsync(folder, database);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Detail is null, "nothing is wrong any more");
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("written to")]
    [InlineData("made a WAL database and written to")]
    [InlineData("replaced by another database")]
    [InlineData("replaced by rubbish")]
    [InlineData("emptied")]
    [InlineData("copied over by an older copy of itself")]
    [InlineData("given another page size")]
    [InlineData("cut")]
    [InlineData("overwritten in the middle")]
    public async Task Whatever_becomes_of_it_is_noticed_and_mended(string what)
    {
        var lines = new ConcurrentQueue<string>();
        await using var folder = NewFolder(lines);
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 40);
        await IsCurrentAsync(folder, database);
        var copy = _backups["copy"];
        File.Copy(Plain, copy);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await IsCurrentAsync(folder, database);

        Meddle(what, copy);
        database.Notice(FileEvent.Sweep); // nobody commits: the next sweep finds it
        await IsCurrentAsync(folder, database);
        Assert.Contains(lines, l => l.Contains(Plain, StringComparison.Ordinal) && l.Contains("made again what its history says", StringComparison.Ordinal));
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await IsCurrentAsync(folder, database);
        Assert.Null(database.Snapshot().Detail);
        Assert.Equal([Name, $"{Name}-ltx"], Directory.GetFileSystemEntries(_backups["databases"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task It_goes_on_after_a_restart_and_a_cold_one_is_only_looked_at()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await folder.StopAsync();
        Assert.Equal(ReplicatedFolder.DumpOf(folder.PathOf(Name)), ReplicatedFolder.DumpOf(Plain)); // a stop waits for it
        var stamp = (File.GetLastWriteTimeUtc(Plain), File.GetLastWriteTimeUtc(Path.Combine(History, "mirror")), InodeOf(Plain));

        folder.Open();
        database = folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => database.PlainFiles[0].Settled.IsCompleted, "looked at");
        Assert.Equal(stamp, (File.GetLastWriteTimeUtc(Plain), File.GetLastWriteTimeUtc(Path.Combine(History, "mirror")), InodeOf(Plain)));
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await IsCurrentAsync(folder, database);
        Assert.Equal(stamp.Item3, InodeOf(Plain));
    }

    [Fact]
    public async Task A_file_that_was_there_before_is_left_alone_and_named()
    {
        Directory.CreateDirectory(_backups["databases"]);
        using (var precious = new Application(Plain))
            precious.Sql("CREATE TABLE precious(x)");
        var before = await File.ReadAllBytesAsync(Plain);
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[0].Status == DatabaseStatus.Error, "named");
        Assert.Contains("was there before, and litestream did not make it", database.Snapshot().Detail, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Plain));
        await folder.AssertRestoresEqualAsync(Name);
        File.Delete(Plain);
        await IsCurrentAsync(folder, database);
    }

    [Fact]
    public async Task The_database_itself_is_never_taken_for_its_plain_file()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        Directory.CreateDirectory(_backups["databases"]);
        File.CreateSymbolicLink(Plain, folder.PathOf(Name));
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[0].Status == DatabaseStatus.Error, "named");
        Assert.Contains("is the database itself", database.Snapshot().Detail, StringComparison.Ordinal);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Killed between any two steps of a commit: what SQLite makes of what is left is a state that was, and the next start goes on from it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_in_the_middle_of_a_commit_it_is_what_it_was_and_goes_on(bool isSealed)
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 20);
        await folder.StopAsync();
        var before = ReplicatedFolder.DumpOf(Plain);
        DieInACommit(isSealed);
        Assert.Equal(before, ReplicatedFolder.DumpOf(Plain));
        Assert.Equal("ok", ReplicatedFolder.Scalar(Plain, "PRAGMA integrity_check"));
        var lines = new ConcurrentQueue<string>();
        await using var again = new ReplicatedFolder { RootAt = RootOf(_backups.Path), DataAt = folder.Data, StateAt = folder.State, Logging = new KeptLog(lines) };
        again.Open();
        database = again.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        await IsCurrentAsync(again, database);
        Assert.DoesNotContain(lines, l => l.Contains("made again", StringComparison.Ordinal)); // nobody else touched it
    }

    /// <summary>Somebody may put something else in its place then.</summary>
    [Fact]
    public async Task Once_its_database_has_left_it_is_not_touched_not_even_by_work_that_was_under_way()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        var mirrors = new Mirrors(TimeProvider.System, NullLogger.Instance);
        using var asked = new ManualResetEventSlim();
        using var door = new ManualResetEventSlim();
        var history = new MeddlingStorage(folder.StorageOf(Name), 0, () => { }, listing: () =>
        {
            asked.Set();
            door.Wait();
        });
        var plain = _backups["plain.db"];
        var lane = new MirrorLane(new(history, new(plain, folder.PathOf(Name), _backups["history"]), TimeProvider.System, NullLogger.Instance), database.State.Replicas[0], mirrors);
        lane.Wake();
        Assert.True(asked.Wait(TimeSpan.FromSeconds(30)));
        var closing = lane.CloseAsync();
        Assert.False(closing.IsCompleted, "it reads the history, and would write the file");
        door.Set();
        await closing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(_backups.Files());
        asked.Reset();
        lane.Wake();
        Assert.True(lane.Settled.IsCompleted);
        await mirrors.DisposeAsync();
        Assert.False(asked.IsSet);
        Assert.Empty(_backups.Files());
    }

    [NeedsMount]
    public async Task A_full_disk_is_named_and_recovered_from()
    {
        using var small = new SmallFileSystem(8);
        await using var folder = new ReplicatedFolder { RootAt = RootOf(small.Path), OtherRoots = [ReplicaRoot.Parse("file://" + _backups["other"])] };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 5);
        var plain = Path.Combine(small.Path, "databases", Name);
        await ReplicatedFolder.WaitAsync(() => File.Exists(plain), "built");
        small.Fill();
        application.Sql("INSERT INTO t(v) VALUES (randomblob(3000000))");
        await ReplicatedFolder.SyncAsync(database); // the other replica has it
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Replicas[0].Reason == DatabaseReason.ReplicaDiskFull, "named");
        Assert.Equal("ok", ReplicatedFolder.Scalar(plain, "PRAGMA integrity_check"));
        small.Free();
        await ReplicatedFolder.WaitAsync(() => ReplicatedFolder.Scalar(plain, "SELECT sum(length(v)) FROM t") == ReplicatedFolder.Scalar(folder.PathOf(Name), "SELECT sum(length(v)) FROM t"), "recovered");
    }

    [NeedsLinux]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_may_not_read_the_database_may_not_read_its_plain_file()
    {
        await using var folder = NewFolder();
        using var application = folder.NewTenant();
        File.SetUnixFileMode(folder.PathOf(Name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Open();
        await IsCurrentAsync(folder, folder.Register(Name));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Plain));
    }

    private void Meddle(string what, string copy)
    {
        switch (what)
        {
            case "deleted":
                File.Delete(Plain);
                break;
            case "written to":
                Change(Plain, "UPDATE t SET v = 'mine' WHERE id % 3 = 0; CREATE TABLE mine(x)");
                break;
            case "made a WAL database and written to":
                Change(Plain, "PRAGMA journal_mode=WAL", "CREATE TABLE mine(x)", "INSERT INTO t(v) VALUES ('mine')");
                break;
            case "replaced by another database":
                File.Delete(copy);
                Change(copy, "CREATE TABLE other(x)", "INSERT INTO other VALUES (randomblob(100000))");
                File.Move(copy, Plain, overwrite: true);
                break;
            case "replaced by rubbish":
                File.WriteAllText(Plain, new string('x', 10_000));
                break;
            case "emptied":
                File.WriteAllText(Plain, "");
                break;
            case "copied over by an older copy of itself":
                File.Copy(copy, Plain, overwrite: true);
                break;
            case "given another page size":
                Change(Plain, "PRAGMA page_size=1024", "VACUUM");
                break;
            case "cut":
                using (var file = File.OpenWrite(Plain))
                    file.SetLength(file.Length / 8192 * 4096);
                break;
            default:
                using (var file = File.OpenWrite(Plain))
                {
                    file.Position = 5000;
                    file.Write(new byte[9000]);
                }
                break;
        }
    }

    private static void Change(string path, params string[] statements)
    {
        using var stranger = new Application(path);
        foreach (var sql in statements.SelectMany(s => s.Split(';')))
            stranger.Sql(sql);
    }

    /// <summary>What a commit leaves that was killed: a note of what was begun, a journal, and pages of which some are new.</summary>
    private void DieInACommit(bool isSealed)
    {
        var record = MirrorRecord.TryRead(Path.Combine(History, "mirror"))!;
        (record with { Going = new(record.At.Txid.Next, 1, record.At.Stamp + 1) }).Write(Path.Combine(History, "mirror"));
        var bytes = File.ReadAllBytes(Plain);
        using (var journal = Litestream.Sqlite.RollbackJournal.Create(Plain, 4096, (uint)(bytes.Length / 4096)))
        {
            for (var pgno = 1; pgno <= bytes.Length / 4096; pgno++)
                journal.Add((uint)pgno, bytes.AsSpan((pgno - 1) * 4096, 4096));
            if (!isSealed)
                return;
            journal.Seal();
        }
        using var file = File.OpenWrite(Plain);
        file.Write(new byte[bytes.Length / 2]);
        file.SetLength(bytes.Length + 8192);
    }

    /// <summary>Opens the store; the tenant is registered, and the plain file has everything.</summary>
    private async Task<Database> BeginAsync(ReplicatedFolder folder)
    {
        folder.Open();
        var database = folder.Register(Name);
        await IsCurrentAsync(folder, database);
        return database;
    }

    /// <summary>Everything synced is in the plain file, and SQLite finds nothing wrong with it.</summary>
    private async Task IsCurrentAsync(ReplicatedFolder folder, Database database)
    {
        await ReplicatedFolder.SyncAsync(database);
        await ReplicatedFolder.WaitAsync(() => MirrorRecord.TryRead(Path.Combine(History, "mirror")) is { Going: null } record
            && record.At.Txid == database.Snapshot().ReplicatedTxid && File.Exists(Plain) && record.File.Inode == InodeOf(Plain)
            && database.PlainFiles[0].Settled.IsCompleted, "the plain file is current");
        Assert.Equal(ReplicatedFolder.DumpOf(folder.PathOf(Name)), ReplicatedFolder.DumpOf(Plain));
        Assert.Equal("ok", ReplicatedFolder.Scalar(Plain, "PRAGMA integrity_check"));
    }

    private static ulong InodeOf(string path) => Litestream.Sqlite.FileStat.Of(path)!.Value.Inode;

    private ReplicatedFolder NewFolder(ConcurrentQueue<string>? lines = null) => lines is null
        ? new() { RootAt = RootOf(_backups.Path) }
        : new() { RootAt = RootOf(_backups.Path), Logging = new KeptLog(lines) };

    private static ReplicaRoot RootOf(string folder) => ReplicaRoot.Parse("file://" + folder, new() { KeepsPlainFiles = true });
}

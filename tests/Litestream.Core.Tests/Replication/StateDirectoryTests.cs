using System.Runtime.Versioning;
using Litestream.Core.Tests.Storage;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>Books, page tables and staged files that are lost, old, damaged or another's: never a wrong replica.</summary>
public sealed class StateDirectoryTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>So that changes do not meet on one page.</summary>
    private const string Rows = "INSERT INTO t (v) SELECT hex(randomblob(1000)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT i FROM n)";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_older_copy_of_the_state_put_back_continues_the_chain(bool restart)
    {
        await using var folder = new ReplicatedFolder();
        using var copy = new ScratchFolder();
        using var application = folder.NewTenant();
        application.Sql(Rows);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        await folder.DropAsync();
        CopyFolder(folder.State, copy.Path);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 5);
        await folder.DropAsync();
        if (restart)
            application.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        application.Sql("UPDATE t SET v = 3 WHERE id = 30");
        Directory.Delete(folder.State, recursive: true);
        CopyFolder(copy.Path, folder.State);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 2);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
    }

    /// <summary>
    /// A copied host: the same instance number, and by chance as many transactions. The position of the copy is that of other content; what it staged
    /// stands on other ground.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_state_of_another_machine_is_not_believed_although_the_numbers_agree(ulong ahead)
    {
        await using var first = new ReplicatedFolder();
        using var application = first.NewTenant();
        application.Sql(Rows);
        first.Open();
        await ReplicatedFolder.WriteAsync(application, first.Register(Name), 2);
        await first.StopAsync();
        application.Close();
        await using var second = new ReplicatedFolder { BackupsAt = first.Backups };
        CopyFolder(first.State, second.State);
        CopyFolder(first.Data, second.Data);
        RenamePaths(Path.Combine(second.State, "books.db"), first.Data, second.Data);
        // The copy captures a transaction that it cannot publish ...
        using var theirs = new Application(second.PathOf(Name));
        theirs.Sql("UPDATE t SET v = 'what the copy wrote' WHERE id = 1");
        second.Open();
        var copy = second.Register(Name);
        await WriteUnpublishedAsync(second, copy, theirs, 2);
        var captured = copy.Snapshot().Txid.Value;
        // ... and the first machine publishes one of the same number.
        using var ours = new Application(first.PathOf(Name));
        ours.Sql("UPDATE t SET v = 'what the first wrote' WHERE id = 90");
        first.Open();
        var original = first.Register(Name);
        await ReplicatedFolder.SyncAsync(original);
        while (original.Snapshot().ReplicatedTxid.Value < captured - ahead)
            await ReplicatedFolder.WriteAsync(ours, original, 1);
        Assert.Equal(captured - ahead, original.Snapshot().ReplicatedTxid.Value);
        await first.DropAsync();
        second.Open();
        await ReplicatedFolder.WriteAsync(theirs, second.Register(Name), 1);
        await second.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public async Task Books_damaged_in_the_middle_are_set_aside_and_rebuilt(double where)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 10);
        await folder.StopAsync();
        var books = Path.Combine(folder.State, "books.db");
        using (var file = File.OpenWrite(books))
        {
            file.Position = 4096 + (long)(where * (file.Length - 8192)) / 4096 * 4096;
            file.Write(new byte[4096]);
        }
        foreach (var file in Directory.EnumerateFiles(folder.Backups, "*.ltx", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-5));
        application.Sql("INSERT INTO t (v) VALUES ('meanwhile')");
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 1);
        Assert.NotEmpty(Directory.GetFiles(folder.State, "books.db.damaged-*"));
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <param name="isBooked">The program may have died between staging and booking.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_captured_and_not_published_is_published_although_its_file_is_gone(bool isBooked)
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var level = new BlockedFolder(folder.LevelOf(Name, "0"));
        application.Sql("INSERT INTO t (v) VALUES ('captured, not published')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => database.State.Replicas[0].PeekStaged() is not null && database.Snapshot().Status == DatabaseStatus.Error, "the replica refuses");
        await folder.DropAsync();
        application.Dispose();
        foreach (var file in Directory.GetFiles(folder.Data))
            File.Delete(file);
        level.Unblock();
        if (!isBooked)
            ReplicatedFolder.Scalar(Path.Combine(folder.State, "books.db"), "UPDATE database SET captured = (SELECT published FROM replica WHERE replica.name = database.name)");

        var store = folder.Open();
        Assert.Equal((Name, folder.PathOf(Name)), Assert.Single(store.LeftBehind));
        await store.UnregisterAsync(folder.Register(Name), default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(store.LeftBehind);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.State, "spool")));
        Assert.Equal("4", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("torn")]
    [InlineData("of an older transaction")]
    public async Task A_page_table_that_cannot_be_used_is_built_anew(string what)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql(Rows);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        await folder.StopAsync();
        var table = Path.Combine(folder.State, "tables", Name + ".pages");
        var older = File.ReadAllBytes(table);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 3);
        await folder.StopAsync();
        if (what == "lost")
            File.Delete(table);
        else
            File.WriteAllBytes(table, what == "torn" ? older[..^20] : older);
        // Back to what the older table knows: a difference against it would publish nothing.
        application.Sql("DELETE FROM t WHERE id > 104");
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 1);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.Single(await folder.ListAsync(Name, 1), f => f.IsImage);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_state_is_told_what_to_do()
    {
        await using var folder = new ReplicatedFolder();
        folder.Open();
        var refused = Assert.Throws<LitestreamException>(() => Store.Open(folder.Options with { StateDirectory = folder.State }, folder.Store!.Replicas, TimeProvider.System, folder.Logging));
        Assert.Contains(folder.State, refused.Message, StringComparison.Ordinal);
        Assert.Contains("-state-dir", refused.Hint, StringComparison.Ordinal);
    }

    /// <summary>A staged file torn by a power loss is dropped, and what it held comes by page difference.</summary>
    [Fact]
    public async Task A_torn_staged_file_is_dropped_and_covered_by_a_resync()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await WriteUnpublishedAsync(folder, database, application, 3);
        var staged = Directory.GetFiles(Path.Combine(folder.State, "spool")).Order().ToList();
        Assert.True(staged.Count >= 2, $"{staged.Count} files are staged");
        using (var file = File.OpenWrite(staged[1]))
            file.SetLength(file.Length / 2);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 1);
        await folder.AssertRestoresEqualAsync(Name);
        await folder.SpoolIsEmptyAsync();
    }

    /// <summary>Captures so many transactions while the replica takes none (a file stands where its folder should be), and ends.</summary>
    private static async Task WriteUnpublishedAsync(ReplicatedFolder folder, Database database, Application application, int rounds)
    {
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Wal); return database.State.Chain is { IsTaken: true } && database.State.Replicas[0].PeekStaged() is null; }, "the chain was found");
        var level = new BlockedFolder(folder.LevelOf(Name, "0"));
        for (var i = 0; i < rounds; i++)
        {
            var before = database.Snapshot().Txid;
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(500)))");
            await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Wal); return database.Snapshot().Txid > before; }, "captured");
        }
        await folder.DropAsync();
        level.Unblock();
    }

    /// <summary>The copy lies elsewhere; on another machine it would have the same path.</summary>
    private static void RenamePaths(string books, string from, string to)
    {
        ReplicatedFolder.Scalar(books, $"UPDATE database SET path = replace(path, '{from}', '{to}')");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy, overwrite: true);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_its_owner_may_look_into_it()
    {
        using var scratch = new ScratchFolder();
        using var claimed = new StoreFolder(scratch["new/state"]).Claim();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(scratch["new/state"]));
    }

    [Fact]
    public void A_place_that_cannot_be_made_is_named_together_with_what_chooses_another()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["file"], "");
        var error = Assert.Throws<LitestreamException>(() => new StoreFolder(scratch["file/state"]).Claim());
        Assert.Contains(scratch["file"], error.Message, StringComparison.Ordinal);
        Assert.Contains("-state-dir", error.Hint, StringComparison.Ordinal);
    }
}

using System.Globalization;
using Litestream.Core.Tests.Needs;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Replication;

/// <summary>The engine inside an application's own process: same locks, one SQLite, and the kernel that does not tell the two apart.</summary>
public sealed class InProcessTests(ITestOutputHelper output)
{
    private const string Name = ReplicatedFolder.Name;

    private const string Rows = "SELECT coalesce(max(CASE writer WHEN 0 THEN n END), 0), coalesce(max(CASE writer WHEN 1 THEN n END), 0), coalesce(max(CASE writer WHEN 2 THEN n END), 0), count(*) FROM t";

    [NeedsLinux]
    public async Task Connections_of_the_application_and_of_the_engine_open_and_close_under_load_and_no_lock_is_lost()
    {
        await using var folder = new ReplicatedFolder();
        using var embedder = EmbedderProcess.Load(folder, seconds: 4, Seed());
        Assert.True(await embedder.WaitForExitAsync() == 0, embedder.Said);
        Assert.Contains("stopped", embedder.Lines);
        Assert.DoesNotContain(embedder.Lines, l => l.StartsWith("lock lost", StringComparison.Ordinal));
        // It came alive, and nothing went wrong afterwards: opened and closed all the time, it said so once.
        Assert.Contains(embedder.Lines, l => l.StartsWith("state", StringComparison.Ordinal) && l.Contains(" Active None", StringComparison.Ordinal));
        Assert.DoesNotContain(embedder.Lines, l => l.StartsWith("state", StringComparison.Ordinal) && l.Contains(" Error ", StringComparison.Ordinal));
        var rows = long.Parse(embedder.Lines.Single(l => l.StartsWith("rows", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.True(rows > 20, embedder.Said);

        var restored = await folder.RestoreAsync(Name);
        Assert.Equal("ok", ReplicatedFolder.Scalar(restored, "PRAGMA integrity_check"));
        Assert.Equal(rows, RowsOf(restored)[3]);
        Assert.Equal(ReplicatedFolder.DumpOf(folder.PathOf(Name)), ReplicatedFolder.DumpOf(restored));
    }

    [NeedsLinux]
    public async Task Killed_at_any_moment_it_has_everything_that_was_synced_in_the_replica_and_everything_committed_after_the_next_start()
    {
        await using var folder = new ReplicatedFolder();
        for (var kill = 0; kill < 2; kill++)
        {
            using var embedder = EmbedderProcess.Load(folder, seconds: 60, Seed());
            await ReplicatedFolder.WaitAsync(() => embedder.Synced().Count > 8, "syncs");
            embedder.Kill();
            await embedder.WaitForExitAsync();
            Assert.DoesNotContain(embedder.Lines, l => l.StartsWith("lock lost", StringComparison.Ordinal));
            var (synced, restored) = (embedder.Synced().Rows, await folder.RestoreAsync(Name));
            Assert.Equal("ok", ReplicatedFolder.Scalar(restored, "PRAGMA integrity_check"));
            Assert.All(RowsOf(restored).Zip(synced), pair => Assert.True(pair.First >= pair.Second, embedder.Said));
            Assert.Equal(RowsOf(restored)[..3].Sum(), RowsOf(restored)[3]);
        }
        using var last = EmbedderProcess.Load(folder, seconds: 1, Seed());
        Assert.True(await last.WaitForExitAsync() == 0, last.Said);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [NeedsLinux]
    public async Task A_file_that_is_gone_with_the_whole_machine_is_restored_before_it_is_opened()
    {
        await using var folder = new ReplicatedFolder();
        using (var first = EmbedderProcess.Load(folder, seconds: 1, Seed()))
            Assert.True(await first.WaitForExitAsync() == 0, first.Said);
        var before = RowsOf(folder.PathOf(Name));
        await using var elsewhere = new ReplicatedFolder { BackupsAt = folder.Backups };
        using var second = EmbedderProcess.Load(elsewhere, seconds: 1, Seed());
        Assert.True(await second.WaitForExitAsync() == 0, second.Said);
        Assert.All(RowsOf(elsewhere.PathOf(Name)).Zip(before), pair => Assert.True(pair.First >= pair.Second, second.Said));
        await elsewhere.AssertRestoresEqualAsync(Name);
    }

    /// <summary>The WAL that our connection kept alive beside the old file must be gone before anybody opens the new one.</summary>
    [Theory]
    [InlineData("renamed")]
    [InlineData("aside")]
    [InlineData("connected")]
    [InlineData("told-renamed")]
    [InlineData("told-copied")]
    public async Task Another_database_put_in_the_place_of_an_open_one_never_gets_its_pages(string how)
    {
        await using var folder = new ReplicatedFolder();
        using var embedder = EmbedderProcess.With(folder, "exchange", how);
        Assert.True(await embedder.WaitForExitAsync() == 0, embedder.Said);
        var expected = new[] { "settled True", "hot True True", "aside 2 ok" }.Where((_, i) => i == 2 ? how == "aside" : !how.StartsWith("told-", StringComparison.Ordinal));
        Assert.All([.. expected, "tables fresh", "integrity ok", "rows 2", "stopped"], line => Assert.True(embedder.Lines.Contains(line), $"expected {line}\n{embedder.Said}"));
        await folder.AssertRestoresEqualAsync(Name);
        // What was there before can still be restored.
        Assert.True(Litestream.Ltx.Txid.TryParse(embedder.Lines.Single(l => l.StartsWith("synced ", StringComparison.Ordinal)).Split(' ')[1], out var synced));
        Assert.Equal("2", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name, synced), "SELECT count(*) FROM secret"));
    }

    [NeedsSystemSqlite]
    public async Task Two_copies_of_SQLite_in_one_process_are_refused_by_name()
    {
        await using var folder = new ReplicatedFolder();
        using var provider = EmbedderProcess.With(folder, "provider");
        Assert.Equal(1, await provider.WaitForExitAsync());
        Assert.Contains("refused: This process has two copies of SQLite: Microsoft.Data.Sqlite uses ", provider.Said, StringComparison.Ordinal);
        Assert.Contains("libsqlite3.so", provider.Said, StringComparison.Ordinal);
        Assert.Contains("libe_sqlite3.so", provider.Said, StringComparison.Ordinal);
        using var library = EmbedderProcess.With(folder, "library");
        Assert.Equal(1, await library.WaitForExitAsync());
        Assert.Contains("opened where it was allowed", library.Lines);
        Assert.Contains("libsqlite3.so", library.Lines.Single(l => l.StartsWith("refused: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("AllowsOtherSqlite", library.Said, StringComparison.Ordinal);
    }

    /// <summary>To look for a second copy is to open libraries: never a file of a database, which is named alike and mapped, too.</summary>
    [NeedsLinux]
    public async Task Opening_a_store_leaves_the_locks_of_a_database_that_is_open_already()
    {
        await using var folder = new ReplicatedFolder();
        using var embedder = EmbedderProcess.With(folder, "mapped");
        Assert.True(await embedder.WaitForExitAsync() == 0, embedder.Said);
        Assert.DoesNotContain("lock lost", embedder.Said, StringComparison.Ordinal);
    }

    private static long[] RowsOf(string path) => [.. ReplicatedFolder.Row(path, Rows).Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    private int Seed()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }
}

using System.IO.Compression;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Library;

/// <summary>samples/Embedded, built from the packed packages and run: what an application can count on that has the engine inside.</summary>
public sealed class LibraryTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task The_sample_creates_syncs_shares_stops_dies_and_comes_back() => await LiveAsync(await PublishAsync("net10.0"));

    /// <summary>Built from the packages for a framework; answers where it is.</summary>
    internal async Task<string> PublishAsync(string framework, params string[] more)
    {
        var feed = await PackedLibrary.PackAsync(_sandbox, framework);
        foreach (var (package, assembly) in new[] { ("Litestream", "Litestream.Core"), ("Litestream.Hosting", "Litestream.Hosting") })
        {
            var file = Path.Combine(feed, $"{package}.{PackedLibrary.Version}");
            Assert.Superset(new HashSet<string> { "README.md", $"lib/{framework}/{assembly}.dll", $"lib/{framework}/{assembly}.xml" }, NamesIn(file + ".nupkg"));
            Assert.Contains($"lib/{framework}/{assembly}.pdb", NamesIn(file + ".snupkg"));
        }
        return await PackedLibrary.BuildSampleAsync(_sandbox, feed, framework, more);
    }

    private static HashSet<string> NamesIn(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>The life of an application on a disk that comes and goes.</summary>
    internal async Task LiveAsync(string published)
    {
        var database = Path.Combine(_sandbox.Data, "notes.db");

        // With neither a database nor a replica it creates.
        using (var sample = await EmbeddedSample.StartAsync(_sandbox, published, database))
        {
            Assert.Empty(await sample.NotesAsync());
            for (var i = 0; i < 3; i++)
            {
                var note = $"durable-{i}";
                var txid = await sample.AddDurablyAsync(note);
                // At that moment, not soon: a restore elsewhere has it.
                Assert.Contains(note, await RestoredNotesAsync());
                Assert.Contains(note, await sample.NotesAsync($"/notes/at/{txid:x16}"));
            }
            await ShareAsync(sample);
            Assert.Equal("whole", await sample.GetAsync("/verify"));
            await sample.AddAsync("the-last-one");
            await sample.StopAsync();
        }
        // Nothing was asked to wait for the last one; the stop did.
        Assert.Contains("the-last-one", await RestoredNotesAsync());

        // Without a database it restores, whatever becomes of the state directory.
        Directory.Delete(_sandbox.Data, recursive: true);
        using (var sample = await EmbeddedSample.StartAsync(_sandbox, published, database, pooling: false))
        {
            Assert.Contains("the-last-one", await sample.NotesAsync());
            await sample.AddDurablyAsync("before-the-kill");
            await sample.AddAsync("not-waited-for");
            await sample.KillAsync();
        }
        Assert.Contains("before-the-kill", await RestoredNotesAsync());

        // What was committed and not waited for is in the WAL, and goes out after the next start.
        using (var sample = await EmbeddedSample.StartAsync(_sandbox, published, database))
        {
            Assert.Contains("not-waited-for", await sample.NotesAsync());
            await sample.StopAsync();
        }
        Assert.Contains("not-waited-for", await RestoredNotesAsync());
    }

    private async Task ShareAsync(EmbeddedSample sample)
    {
        const int callers = 100;
        var before = Level0().Length;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => sample.AddDurablyAsync($"shared-{i}")));
        var files = Level0().Length - before;
        // A folder takes a file in a few milliseconds, in which a few of a hundred requests come: a bucket would see fewer.
        Assert.InRange(files, 1, callers / 2);
        Assert.Equal(callers, (await RestoredNotesAsync()).Count(note => note.StartsWith("shared-", StringComparison.Ordinal)));
    }

    private string[] Level0() => Directory.GetFiles(Path.Combine(_sandbox.Replica, "databases", "notes", "ltx", "0"), "*.ltx");

    private async Task<IReadOnlyList<string>> RestoredNotesAsync()
    {
        var path = _sandbox.NextRestorePath();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", path, _sandbox.UrlOf("databases/notes"))).MustSucceed();
        Assert.Equal("ok", await Sqlite3Program.IntegrityAsync(_sandbox, path));
        return (await Sqlite3Program.AskAsync(_sandbox, path, "SELECT text FROM note")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

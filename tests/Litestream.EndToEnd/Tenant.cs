using System.Globalization;
using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd;

/// <summary>One tenant of a sandbox: its file, its replica, and the question that matters.</summary>
internal sealed record Tenant(Sandbox Sandbox, Guid Guid, string Directory, string Extension)
{
    public string Id => Guid.ToString("D");

    public string Path => System.IO.Path.Combine(Directory, Id + Extension);

    private readonly string? _replicaFolder;

    /// <summary>Where its replica is, if that is a folder; another one is set for a tenant with several.</summary>
    public string ReplicaFolder
    {
        get => _replicaFolder ?? System.IO.Path.Combine(Sandbox.Replica, "databases", Id);
        init => _replicaFolder = value;
    }

    public string ReplicaUrl => _replicaFolder is null ? Sandbox.UrlOf($"databases/{Id}") : "file://" + _replicaFolder;

    public Task<Application> OpenAsync(params string[] options) => Application.OpenAsync(Sandbox, Path, options);

    /// <summary>Restores into a fresh file and answers its path.</summary>
    public async Task<string> RestoreAsync(params string[] options)
    {
        var output = Sandbox.NextRestorePath();
        (await TryRestoreAsync(output, options)).MustSucceed();
        return output;
    }

    public Task<ProgramResult> TryRestoreAsync(string output, params string[] options) =>
        PublishedProgram.RunAsync(Sandbox, ["restore", "-o", output, .. options, ReplicaUrl]);

    /// <summary>Waits until the replica restores to exactly what the application has in its database, and that it is sound.</summary>
    public Task ReplicaBecomesEqualAsync(RunningAgent? agent = null, TimeSpan? patience = null) =>
        Eventually.PassesAsync(async () =>
        {
            Assert.False(agent?.HasExited ?? false, $"the agent has ended\n{agent?.Said}");
            await ReplicaEqualsAsync(agent);
        }, patience);

    /// <summary>The same at once, for a stopped agent.</summary>
    public async Task ReplicaEqualsAsync(RunningAgent? agent = null)
    {
        var restored = await RestoreAsync();
        var digests = await WriterProgram.DigestsAsync(Sandbox, Path, restored);
        Assert.True(digests[Path] == digests[restored], $"{Id}: the replica restores to other content than the database has ({digests[Path]}, restored {digests[restored]})\n{agent?.Said}");
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(Sandbox, restored))[restored]);
        File.Delete(restored);
    }

    /// <summary>The replica's files of a level as (MinTXID, MaxTXID), ascending.</summary>
    public IReadOnlyList<(long Min, long Max)> Files(int level)
    {
        var folder = System.IO.Path.Combine(ReplicaFolder, "ltx", level.ToString(CultureInfo.InvariantCulture));
        return !System.IO.Directory.Exists(folder) ? [] :
            [.. System.IO.Directory.EnumerateFiles(folder, "*.ltx").Select(System.IO.Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
                .Select(name => (Hex(name![..16]), Hex(name[17..])))];
    }

    /// <summary>
    /// The shape every replica of ours has: one base from TXID 1 at level 1 (or a snapshot), and level-0 and level-1 files
    /// without a gap or an overlap up to the newest, except where an image (or, at level 0, a merger) bridges it: a label may keep what is older than
    /// the retention.
    /// </summary>
    /// <param name="mayBeginAgain">One of several replicas that came back while the page size changed has a base more.</param>
    public void ChainIsWhole(bool mayBeginAgain = false) =>
        IsWhole(level => mayBeginAgain && level == 1 ? [.. Files(1).Where(file => file.Min > 1)] : Files(level), Files(1));

    /// <summary>The same, as the program lists a replica wherever it is.</summary>
    public async Task ChainIsWholeAsync()
    {
        var files = await ListAsync();
        List<(long Min, long Max)> Of(int level) => [.. files.Where(f => f.Level == level).Select(f => (f.Min, f.Max))];
        IsWhole(Of, Of(1));
    }

    /// <summary>Every file of the replica, as the program lists it.</summary>
    public async Task<IReadOnlyList<(int Level, long Min, long Max)>> ListAsync()
    {
        var listed = (await PublishedProgram.RunAsync(Sandbox, "ltx", "-json", ReplicaUrl)).MustSucceed();
        using var json = JsonDocument.Parse(listed.Output);
        return [.. json.RootElement.EnumerateArray().Select(file => (file.GetProperty("level").GetInt32(), Hex(file.GetProperty("min_txid").GetString()!), Hex(file.GetProperty("max_txid").GetString()!)))];
    }

    public string Listing() => Listing(Files);

    private void IsWhole(Func<int, IReadOnlyList<(long Min, long Max)>> filesOf, IReadOnlyList<(long Min, long Max)> level1)
    {
        var images = level1.Concat(filesOf(9)).Where(file => file.Min == 1).ToList();
        bool IsBridged(int level, long min) => images.Exists(image => image.Max >= min - 1) || (level == 0 && filesOf(1).Any(merger => merger.Min < min && merger.Max >= min - 1));
        foreach (var level in new[] { 0, 1 })
        {
            var files = filesOf(level);
            for (var i = 1; i < files.Count; i++)
                Assert.True(files[i].Min == files[i - 1].Max + 1 || (files[i].Min > files[i - 1].Max && IsBridged(level, files[i].Min)), $"{Id}: level {level} has {files[i - 1]} and then {files[i]}: {Listing(filesOf)}");
        }

        Assert.True(filesOf(0).All(file => file.Min == file.Max), $"{Id}: a level-0 file spans several TXIDs: {Listing(filesOf)}");
        Assert.True(images.Count > 0, $"{Id}: nothing begins at TXID 1: {Listing(filesOf)}");
        Assert.True(filesOf(0).All(file => file.Min > 1), $"{Id}: level 0 begins at TXID 1, the base belongs to level 1: {Listing(filesOf)}");
    }

    private static string Listing(Func<int, IReadOnlyList<(long Min, long Max)>> filesOf) => string.Join("; ", Enumerable.Range(0, 10).Where(level => filesOf(level).Count > 0)
        .Select(level => $"L{level}: " + string.Join(' ', filesOf(level).Select(file => $"{file.Min}-{file.Max}"))));

    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

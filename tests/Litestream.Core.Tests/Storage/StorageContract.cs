using System.Text;
using Litestream.Ltx;
using Litestream.Storage;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Storage;

/// <summary>What every <see cref="IReplicaStorage"/> must do. An implementation derives from it and says how to open a replica.</summary>
public abstract class StorageContract : IDisposable
{
    private protected static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, 123, TimeSpan.Zero);
    private readonly ScratchFolder _staging;

    protected StorageContract(string? stagingParent = null) => _staging = new(stagingParent);

    protected string StagingFolder => _staging.Path;

    /// <summary>A folder that is gone can be told from one that was never begun; a bucket knows no folders.</summary>
    protected virtual bool KnowsThatAReplicaIsGone => true;

    /// <summary>A new, empty replica.</summary>
    protected abstract IReplicaStorage Open(string path);

    [ContractFact]
    public async Task A_replica_that_never_was_lists_as_empty()
    {
        var storage = Open("databases/nobody");
        for (var level = 0; level <= LtxFile.SnapshotLevel; level++)
            Assert.Empty(await List(storage, level));
        Assert.Empty(await ReplicaListing.ReadAsync(storage, default));
    }

    [ContractFact]
    public async Task What_is_published_is_listed_with_size_and_time_and_reads_back()
    {
        var storage = await BeginAsync("databases/a");
        var file = FileOf(0, 2, 2, "twelve bytes");
        Assert.True(await storage.PublishAsync(file, Stage("twelve bytes"), default));
        var listed = Assert.Single(await List(storage, 0));
        Assert.Equal(file, storage.Kind == "file" ? listed : listed with { CreatedAt = Noon });
        Assert.Equal(0, listed.CreatedAt.Ticks % TimeSpan.TicksPerMillisecond);
        Assert.Empty(await List(storage, 1));
        Assert.Equal("twelve bytes", await ReadAll(storage, file));
    }

    [ContractFact]
    public async Task Listings_ascend_by_first_and_then_last_transaction()
    {
        var storage = await BeginAsync("a");
        (ulong Min, ulong Max)[] ranges = [(0x10, 0x10), (2, 9), (1, 300), (2, 2), (1, 5), (0xf, 0xf)];
        foreach (var (min, max) in ranges)
            Assert.True(await storage.PublishAsync(FileOf(1, min, max, "x"), Stage("x"), default));
        Assert.Equal(ranges.Order(), (await List(storage, 1)).Select(f => (f.MinTxid.Value, f.MaxTxid.Value)));
    }

    [ContractFact]
    public async Task A_listing_of_all_levels_begins_with_the_lowest_and_ascends_in_each()
    {
        var storage = await BeginAsync("a");
        (int Level, ulong Min, ulong Max)[] files = [(3, 2, 9), (0, 11, 11), (1, 2, 9), (0, 0xa, 0xa), (1, 1, 1), (9, 1, 1)];
        foreach (var (level, min, max) in files.Where(f => f.Level < 9))
            Assert.True(await storage.PublishAsync(FileOf(level, min, max, "x"), Stage("x"), default));
        await Open("a/b").PublishAsync(FileOf(9, 1, 1, "x"), Stage("x"), default);
        Assert.Equal(files.Order(), (await ReplicaListing.ReadAsync(storage, default)).Select(f => (f.Level, f.MinTxid.Value, f.MaxTxid.Value)));
    }

    [ContractFact]
    public async Task An_empty_file_is_a_file()
    {
        var storage = await BeginAsync("a");
        Assert.True(await storage.PublishAsync(FileOf(0, 2, 2, ""), Stage(""), default));
        Assert.Equal(0, Assert.Single(await List(storage, 0)).SizeBytes);
        Assert.Equal("", await ReadAll(storage, FileOf(0, 2, 2, "")));
    }

    [ContractFact]
    public async Task A_large_file_comes_back_as_it_went()
    {
        var storage = Open("a");
        var content = string.Create(11_000_003, 7, (text, seed) =>
        {
            var random = new Random(seed);
            for (var i = 0; i < text.Length; i++)
                text[i] = (char)random.Next(32, 127);
        });
        var file = FileOf(LtxFile.SnapshotLevel, 1, 9, content);
        Assert.True(await storage.PublishAsync(file, Stage(content), default));
        Assert.Equal(content.Length, Assert.Single(await List(storage, LtxFile.SnapshotLevel)).SizeBytes);
        Assert.True(content == await ReadAll(storage, file), "the content differs");
        Assert.False(await storage.PublishAsync(file, Stage(content.Replace('a', 'b')), default));
        var tail = new byte[2000];
        await storage.ReadAsync(file, content.Length - 2000, tail, default);
        Assert.Equal(content[^2000..], Encoding.UTF8.GetString(tail));
    }

    [ContractFact]
    public async Task A_read_that_is_stopped_ends()
    {
        var storage = await BeginAsync("a");
        var file = FileOf(0, 2, 2, "x");
        Assert.True(await storage.PublishAsync(file, Stage("x"), default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.ReadAsync(file, 0, new byte[1], new(canceled: true)));
    }

    [ContractFact]
    public async Task A_name_that_is_taken_is_not_published_again_and_keeps_its_bytes()
    {
        var storage = await BeginAsync("a");
        var file = FileOf(0, 7, 7, "first");
        Assert.True(await storage.PublishAsync(file, Stage("first"), default));
        Assert.False(await storage.PublishAsync(file, Stage("second, longer"), default));
        Assert.Equal("first", await ReadAll(storage, file));
        Assert.Equal(file.SizeBytes, Assert.Single(await List(storage, 0)).SizeBytes);
    }

    [ContractFact]
    public async Task Of_racing_publishers_exactly_one_wins()
    {
        var storage = await BeginAsync("a");
        for (ulong txid = 1; txid <= 50; txid++)
        {
            var file = FileOf(0, txid, txid, "by 0");
            var publishers = Enumerable.Range(0, 4).Select(i => (Text: $"by {i}", Path: Stage($"by {i}"))).ToList();
            using var start = new Barrier(publishers.Count);
            var outcomes = await Task.WhenAll(publishers.Select(p => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return storage.PublishAsync(file, p.Path, default).GetAwaiter().GetResult();
                },
                TaskCreationOptions.LongRunning)));
            var winner = Assert.Single(publishers.Zip(outcomes), p => p.Second);
            Assert.Equal(winner.First.Text, await ReadAll(storage, file));
        }
    }

    [ContractFact]
    public async Task The_staged_file_stays_as_it_was()
    {
        var staged = Stage("mine");
        await Open("a").PublishAsync(FileOf(0, 1, 1, "mine"), staged, default);
        Assert.Equal("mine", await File.ReadAllTextAsync(staged));
        Assert.Equal([Path.GetFileName(staged)], _staging.Files());
    }

    [ContractFact]
    public async Task Reads_the_range_asked_for()
    {
        var storage = await BeginAsync("a");
        var file = FileOf(9, 1, 4, "0123456789");
        await storage.PublishAsync(file, Stage("0123456789"), default);
        var buffer = new byte[4];
        await storage.ReadAsync(file, 3, buffer, default);
        Assert.Equal("3456", Encoding.UTF8.GetString(buffer));
        await storage.ReadAsync(file, 6, buffer, default);
        Assert.Equal("6789", Encoding.UTF8.GetString(buffer));
    }

    [ContractFact]
    public async Task A_range_beyond_the_end_is_an_error()
    {
        var storage = await BeginAsync("a");
        var file = FileOf(0, 1, 1, "0123456789");
        await storage.PublishAsync(file, Stage("0123456789"), default);
        var error = await Assert.ThrowsAsync<StorageException>(() => storage.ReadAsync(file, 7, new byte[4], default));
        Assert.False(error.IsMissing);
    }

    [ContractFact]
    public async Task A_missing_file_says_so()
    {
        var storage = await BeginAsync("a");
        var error = await Assert.ThrowsAsync<StorageException>(() => storage.ReadAsync(FileOf(0, 1, 1, "x"), 0, new byte[1], default));
        Assert.True(error.IsMissing);
        error = await Assert.ThrowsAsync<StorageException>(() => storage.OpenAsync(FileOf(0, 1, 1, "x"), default));
        Assert.True(error.IsMissing);
    }

    [ContractFact]
    public async Task Deletes_what_is_there_and_does_not_mind_what_is_not()
    {
        var storage = await BeginAsync("a");
        var (one, two, never) = (FileOf(0, 1, 1, "x"), FileOf(0, 2, 2, "x"), FileOf(3, 3, 3, "x"));
        await storage.PublishAsync(one, Stage("x"), default);
        await storage.PublishAsync(two, Stage("x"), default);
        await storage.DeleteAsync([one, never], default);
        await storage.DeleteAsync([one, never], default);
        Assert.Equal(two.Name, Assert.Single(await List(storage, 0)).Name);
        Assert.True(await storage.PublishAsync(one, Stage("x"), default));
    }

    [ContractFact]
    public async Task Replicas_beside_and_below_each_other_do_not_mix()
    {
        var (outer, inner) = (await BeginAsync("a"), await BeginAsync("a/b"));
        await inner.PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        Assert.Empty(await List(outer, 0));
        Assert.Single(await List(inner, 0));
    }

    public virtual void Dispose()
    {
        _staging.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A replica that has its first image, at a level that no test looks at.</summary>
    private protected async Task<IReplicaStorage> BeginAsync(string path)
    {
        var storage = Open(path);
        Assert.True(await storage.PublishAsync(FileOf(LtxFile.SnapshotLevel, 1, 1, "image"), Stage("image"), default));
        return storage;
    }

    [ContractFact]
    public async Task What_continues_a_replica_is_not_published_where_the_replica_is_known_to_be_gone()
    {
        if (!KnowsThatAReplicaIsGone)
        {
            Assert.True(await Open("gone").PublishAsync(FileOf(0, 5, 5, "x"), Stage("x"), default));
            return;
        }
        var error = await Assert.ThrowsAsync<StorageException>(() => Open("gone").PublishAsync(FileOf(0, 5, 5, "x"), Stage("x"), default));
        Assert.True(error.IsMissing);
        Assert.Empty(await List(Open("gone"), 0));
    }

    private protected static LtxFile FileOf(int level, ulong min, ulong max, string content) =>
        new(level, new(min), new(max), Encoding.UTF8.GetByteCount(content), Noon);

    private protected string Stage(string content)
    {
        var path = _staging[Guid.NewGuid().ToString("n")];
        File.WriteAllText(path, content);
        return path;
    }

    private protected static async Task<LtxFile[]> List(IReplicaStorage storage, int level)
    {
        var files = new List<LtxFile>();
        await foreach (var file in storage.ListAsync(level, default))
            files.Add(file);
        return [.. files];
    }

    private protected static async Task<string> ReadAll(IReplicaStorage storage, LtxFile file)
    {
        await using var stream = await storage.OpenAsync(file, default);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}

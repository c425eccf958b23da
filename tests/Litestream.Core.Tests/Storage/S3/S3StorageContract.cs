using Litestream.Core.Tests.Ltx;
using Litestream.Core.Tests.Replication;
using Litestream.Ltx;
using Litestream.Storage;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Storage.S3;

/// <summary>What every object store must do for us, beyond the contract of any replica.</summary>
public abstract class S3StorageContract : StorageContract
{
    private const int Parts = 6 * 1024 * 1024;

    protected sealed override bool KnowsThatAReplicaIsGone => false;

    /// <summary>The replica that the tests of the contract use; files of 5 MiB and more go in parts.</summary>
    private protected abstract ReplicaRoot Root { get; }

    private protected abstract ReplicaRoot At(string bucketAndPath, string more = "", TimeProvider? time = null);

    /// <summary>Keys of the uploads that are neither completed nor aborted.</summary>
    private protected abstract Task<IReadOnlyList<string>> OpenUploadsAsync();

    /// <summary>Begins an upload as an agent does that is killed then.</summary>
    private protected abstract Task LeaveUploadAsync(string key);

    protected sealed override IReplicaStorage Open(string path) => Root.Open(path);

    [ContractFact]
    public async Task A_listing_goes_on_behind_the_first_thousand_and_so_does_a_deletion()
    {
        var storage = await BeginAsync("a");
        await Parallel.ForAsync(1, 2301, async (i, stop) => Assert.True(await storage.PublishAsync(FileOf(i % 2, (ulong)i, (ulong)i, "x"), Stage("x"), stop)));
        Assert.Equal(1150, (await List(storage, 0)).Length);
        var before = Root.Requests["LIST"];
        var all = await ReplicaListing.ReadAsync(storage, default);
        Assert.Equal(2301, all.Count);
        Assert.Equal(3, Root.Requests["LIST"] - before);
        before = Root.Requests["DELETE"];
        await storage.DeleteAsync(all, default);
        Assert.Equal(3, Root.Requests["DELETE"] - before);
        Assert.Empty(await ReplicaListing.ReadAsync(storage, default));
    }

    [ContractFact]
    public async Task Of_racing_uploads_in_parts_exactly_one_wins()
    {
        var storage = Open("a");
        var file = FileOf(9, 1, 1, new string('0', Parts));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => storage.PublishAsync(file, Stage(new string((char)('0' + i), Parts)), default)));
        Assert.Equal(1, outcomes.Count(won => won));
        var winner = (char)('0' + Array.IndexOf(outcomes, true));
        Assert.True(new string(winner, Parts) == await ReadAll(storage, file), "not the winner's content");
    }

    [ContractFact]
    public async Task What_a_killed_agent_left_of_an_upload_goes_with_the_next_large_one_after_a_day()
    {
        await LeaveUploadAsync("a/0009/x");
        await LeaveUploadAsync("b/0009/x");
        Assert.True(await Open("a").PublishAsync(FileOf(9, 1, 1, new string('x', Parts)), Stage(new string('x', Parts)), default));
        Assert.Equal(["a/0009/x", "b/0009/x"], (await OpenUploadsAsync()).Order(StringComparer.Ordinal));
        var time = new ShiftedTime();
        time.Skip(TimeSpan.FromHours(25));
        using var tomorrow = At(Root.Bucket!, time: time);
        Assert.True(await tomorrow.Open("a").PublishAsync(FileOf(9, 1, 2, new string('x', Parts)), Stage(new string('x', Parts)), default));
        Assert.Equal(["b/0009/x"], await OpenUploadsAsync());
    }

    [ContractFact]
    public async Task Times_are_the_headers_where_the_moment_matters()
    {
        var (storage, header) = (Open("a"), SampleLtx.Header(pageSize: 512, commit: 1, min: 1, max: 1));
        Assert.True(await storage.PublishAsync(FileOf(0, 1, 1, "") with { CreatedAt = header.Timestamp }, StageLtx(header), default));
        var listed = await ReplicaListing.ReadAsync(storage, default);
        Assert.NotEqual(header.Timestamp, listed[0].CreatedAt);
        var exact = await ReplicaListing.WithExactTimesAsync(storage, [.. listed, FileOf(1, 5, 5, "gone")], default);
        Assert.Equal([header.Timestamp], exact.Select(f => f.CreatedAt));
    }

    [ContractFact]
    public async Task Knows_that_the_store_enforces_the_fence()
    {
        Assert.Equal(Fencing.Unknown, Root.Fencing);
        await Root.CheckAsync(default);
        Assert.Equal(Fencing.Enforced, Root.Fencing);
    }

    [ContractFact]
    public async Task Once_it_is_known_a_start_costs_one_request()
    {
        await Root.CheckAsync(default);
        using var again = At(Root.Bucket!);
        await again.CheckAsync(default);
        Assert.Equal(Fencing.Enforced, again.Fencing);
        Assert.Equal(1, again.Requests.Values.Sum());
    }

    [ContractFact]
    public async Task A_missing_bucket_is_permanent_and_says_what_to_do()
    {
        using var root = At("nobody-made-this");
        var error = await Assert.ThrowsAsync<StorageException>(() => root.CheckAsync(default));
        Assert.Equal(StorageFault.Permanent, error.Fault);
        Assert.Contains("nobody-made-this", error.Message, StringComparison.Ordinal);
        Assert.Contains("create the bucket", error.Hint, StringComparison.Ordinal);
        foreach (Func<Task> read in (Func<Task>[])[() => List(root.Open("a"), 0), () => ReadAll(root.Open("a"), FileOf(0, 1, 1, "x"))])
            Assert.Equal(StorageFault.Permanent, (await Assert.ThrowsAsync<StorageException>(read)).Fault);
        Assert.Equal(3, root.Requests.Values.Sum());
    }

    [ContractFact]
    public async Task Lists_the_databases_of_a_replica_and_nothing_else()
    {
        using var fleet = At(Root.Bucket! + "/some/fleet");
        foreach (var name in (string[])["b", "a", "c"])
            await fleet.Open(fleet.PathOf(name)).PublishAsync(FileOf(1, 1, 1, "x"), Stage("x"), default);
        await Open("databases/elsewhere").PublishAsync(FileOf(1, 1, 1, "x"), Stage("x"), default);
        Assert.Equal(["a", "b", "c"], (await Names(fleet)).Order());
        Assert.Equal(["elsewhere"], await Names(Root));
    }

    [ContractFact]
    public async Task A_url_of_a_database_opens_it()
    {
        var storage = await BeginAsync("databases/x");
        using var direct = At(Root.Bucket! + "/databases/x");
        Assert.Equal(direct.Url, storage.Url);
        Assert.Single(await List(direct.Open(""), LtxFile.SnapshotLevel));
    }

    private string StageLtx(LtxHeader header)
    {
        var path = Stage("");
        File.WriteAllBytes(path, SampleLtx.Encode(header, SampleLtx.Pages(new Random(1), header.PageSize, 1)));
        return path;
    }

    private static async Task<List<string>> Names(ReplicaRoot root)
    {
        var names = new List<string>();
        await foreach (var name in root.ListDatabasesAsync(default))
            names.Add(name);
        return names;
    }
}

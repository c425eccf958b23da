using System.Diagnostics;
using Litestream.Storage;
using Litestream.Storage.S3;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Storage.S3;

/// <summary>The contract on the object store of the tests, and what can be seen of requests and faults there.</summary>
public sealed class S3StorageTests : S3StorageContract
{
    private const string BucketName = "fleet";
    private const int Large = 12 * 1024 * 1024;
    private static readonly ReplicaAccess Access = new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey };

    private readonly S3Server _server = S3Server.StartAsync(BucketName).GetAwaiter().GetResult();

    public S3StorageTests() => Root = At(BucketName);

    private protected override ReplicaRoot Root { get; }

    [ContractFact]
    public async Task Lays_files_out_as_genuine_Litestream_does()
    {
        await Open("databases/x").PublishAsync(FileOf(9, 1, 0x2a, "x"), Stage("x"), default);
        Assert.Equal([S3Fence.ProbeKey, "databases/x/0009/0000000000000001-000000000000002a.ltx"], _server.Store.Keys(BucketName).Order(StringComparer.Ordinal));
    }

    [ContractFact]
    public async Task Keeps_the_time_as_user_metadata_small_and_large()
    {
        foreach (var content in (string[])["x", new string('x', Large)])
        {
            var file = FileOf(9, 1, (ulong)content.Length, content);
            await Open("a").PublishAsync(file, Stage(content), default);
            Assert.True(_server.Store.TryGet(BucketName, "a/0009/" + file.Name, out var stored));
            Assert.Equal("2026-03-04T12:00:00.123Z", stored.Headers["x-amz-meta-litestream-timestamp"]);
        }
    }

    [ContractFact]
    public async Task Foreign_keys_are_skipped()
    {
        foreach (var key in (string[])["a/0000/0000000000000001-0000000000000001.ltx.tmp", "a/000a/0000000000000001-0000000000000001.ltx", "a/0000/x/0000000000000001-0000000000000001.ltx",
            "a/lock.json", "a/ltx/0/0000000000000001-0000000000000001.ltx", "ab/0000/0000000000000001-0000000000000001.ltx"])
            _server.Store.Put(BucketName, key, [1], new Dictionary<string, string>(), onlyIfAbsent: true);
        Assert.Empty(await ReplicaListing.ReadAsync(Open("a"), default));
    }

    [ContractFact]
    public async Task Every_write_is_conditional_and_none_asks_for_permission_first()
    {
        await Open("a").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        await Open("a").PublishAsync(FileOf(9, 1, 1, new string('x', Large)), Stage(new string('x', Large)), default);
        var visible = _server.Requests.Where(r => r.Method == "PUT" && !r.IsPart || r.Method == "POST" && r.Query.ContainsKey("uploadId")).ToList();
        Assert.Equal(4, visible.Count); // the probe twice, one small object, one completed upload
        Assert.All(visible, r => Assert.Equal("*", r.Header("If-None-Match")));
        Assert.All(_server.Requests, r => Assert.Null(r.Header("Expect")));
    }

    [ContractFact]
    public async Task A_lost_reply_to_a_publish_ends_as_a_name_that_is_taken_by_our_bytes()
    {
        await Root.CheckAsync(default);
        FailOnce(r => r.Method == "PUT", S3ServerFault.LoseReply);
        Assert.False(await Open("a").PublishAsync(FileOf(0, 1, 1, "mine"), Stage("mine"), default));
        Assert.Equal("mine", await ReadAll(Open("a"), FileOf(0, 1, 1, "mine")));
    }

    [ContractFact]
    public async Task A_lost_reply_to_the_end_of_an_upload_does_the_same()
    {
        await Root.CheckAsync(default);
        var (file, content) = (FileOf(9, 1, 1, new string('x', Large)), new string('x', Large));
        FailOnce(r => r.Query.ContainsKey("uploadId") && r.Method == "POST", S3ServerFault.LoseReply);
        Assert.False(await Open("a").PublishAsync(file, Stage(content), default));
        Assert.True(content == await ReadAll(Open("a"), file));
        Assert.Equal(0, _server.Store.OpenUploads);
    }

    [ContractFact]
    public async Task A_part_that_fails_is_sent_again_alone()
    {
        await Root.CheckAsync(default);
        FailOnce(r => r.IsPart && r.Query["partNumber"] == "2", S3ServerFault.Reset);
        Assert.True(await Open("a").PublishAsync(FileOf(9, 1, 1, new string('x', Large)), Stage(new string('x', Large)), default));
        Assert.Equal(["1", "2", "2", "3"], _server.Requests.Where(r => r.IsPart).Select(r => r.Query["partNumber"]).Order());
    }

    [ContractFact]
    public async Task An_upload_that_cannot_be_finished_is_taken_back()
    {
        await Root.CheckAsync(default);
        using var stop = new CancellationTokenSource();
        _server.Fault = r =>
        {
            if (r.IsPart)
                stop.Cancel();
            return S3ServerFault.None;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open("a").PublishAsync(FileOf(9, 1, 1, "x"), Stage(new string('x', Large)), stop.Token));
        Assert.Equal(0, _server.Store.OpenUploads);
        Assert.Empty(await ReplicaListing.ReadAsync(Open("a"), default));
    }

    [ContractFact]
    public async Task Reads_survive_answers_that_end_in_the_middle()
    {
        var content = new string('x', Large - 7) + "the end";
        var file = FileOf(9, 1, 1, content);
        await Open("a").PublishAsync(file, Stage(content), default);
        var gets = 0;
        _server.Fault = r => r.Method == "GET" && Interlocked.Increment(ref gets) % 4 == 1 ? S3ServerFault.CutReply : S3ServerFault.None;
        Assert.True(content == await ReadAll(Open("a"), file));
        Assert.InRange(gets, 13, 24);
    }

    [ContractFact]
    public async Task Tries_again_what_may_pass_and_counts_each_try()
    {
        await Root.CheckAsync(default);
        var before = Root.Requests["PUT"];
        var faults = new Queue<S3ServerFault>([S3ServerFault.InternalError, S3ServerFault.Conflict, S3ServerFault.Reset]);
        _server.Fault = _ => faults.TryDequeue(out var fault) ? fault : S3ServerFault.None;
        Assert.True(await Open("a").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default));
        Assert.Equal(4, Root.Requests["PUT"] - before);
    }

    [ContractFact]
    public async Task When_the_store_asks_for_less_all_requests_wait()
    {
        await Root.CheckAsync(default);
        FailOnce(r => r.Key.StartsWith("a/", StringComparison.Ordinal), S3ServerFault.SlowDown);
        var refused = Open("a").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        while (!_server.Requests.Any(r => r.Key.StartsWith("a/", StringComparison.Ordinal)))
            await Task.Delay(1);
        // A refusal is seen by the client a moment after the server sent it: what is asked before that slips through.
        var longest = TimeSpan.Zero;
        for (var begun = Stopwatch.GetTimestamp(); !refused.IsCompleted; begun = Stopwatch.GetTimestamp())
        {
            await List(Open("b"), 0);
            longest = Stopwatch.GetElapsedTime(begun) is var took && took > longest ? took : longest;
        }
        Assert.True(longest > TimeSpan.FromMilliseconds(100), $"other requests did not wait: {longest.TotalMilliseconds:0} ms at most");
        Assert.True(await refused);
    }

    [ContractFact]
    public async Task Where_conditions_are_ignored_it_looks_first_and_says_advisory()
    {
        _server.IgnoresConditions = true;
        Assert.True(await Open("a").PublishAsync(FileOf(0, 1, 1, "first"), Stage("first"), default));
        Assert.Equal(Fencing.Advisory, Root.Fencing);
        Assert.False(await Open("a").PublishAsync(FileOf(0, 1, 1, "first"), Stage("second"), default));
        Assert.Equal("first", await ReadAll(Open("a"), FileOf(0, 1, 1, "first")));
    }

    [ContractFact]
    public async Task Where_conditions_are_refused_it_goes_on_without()
    {
        _server.RefusesConditions = true;
        Assert.True(await Open("a").PublishAsync(FileOf(0, 1, 1, "first"), Stage("first"), default));
        Assert.Equal(Fencing.Advisory, Root.Fencing);
        Assert.False(await Open("a").PublishAsync(FileOf(0, 1, 1, "first"), Stage("second"), default));
    }

    [ContractFact]
    public async Task Where_files_cannot_be_deleted_together_they_go_one_by_one()
    {
        _server.RefusesBatches = true;
        var storage = await BeginAsync("a");
        foreach (ulong txid in (ulong[])[2, 3])
            await storage.PublishAsync(FileOf(0, txid, txid, "x"), Stage("x"), default);
        await storage.DeleteAsync([FileOf(0, 2, 2, "x"), FileOf(0, 3, 3, "x"), FileOf(0, 4, 4, "x")], default);
        Assert.Empty(await List(storage, 0));
    }

    [ContractFact]
    public async Task An_unknown_key_is_permanent_and_says_so()
    {
        using var root = ReplicaRoot.Parse(_server.Url(BucketName), Access with { AccessKeyId = "AKIDSTRANGER" });
        var error = await Assert.ThrowsAsync<StorageException>(() => root.CheckAsync(default));
        Assert.Equal(StorageFault.Permanent, error.Fault);
        Assert.Contains("AWS_ACCESS_KEY_ID", error.Hint, StringComparison.Ordinal);
        Assert.Equal(1, root.Requests.Values.Sum());
    }

    [ContractFact]
    public async Task Encryption_is_the_stores_own_business_behind_an_endpoint_unless_it_is_asked_for()
    {
        await Open("a").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        using var kms = At(BucketName, "&sse=aws:kms&sseKmsKeyId=some-key");
        await kms.Open("b").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        await kms.Open("b").PublishAsync(FileOf(9, 1, 1, "x"), Stage(new string('x', Large)), default);
        Assert.All(_server.Store.List(BucketName, "a/"), o => Assert.DoesNotContain(o.Value.Headers.Keys, h => h.StartsWith("x-amz-server-side", StringComparison.Ordinal)));
        Assert.All(_server.Store.List(BucketName, "b/"), o => Assert.Equal("some-key", o.Value.Headers["x-amz-server-side-encryption-aws-kms-key-id"]));
    }

    [ContractFact]
    public async Task Counts_are_those_of_the_server_and_each_databases_own_are_part_of_them()
    {
        var (one, two) = (new RequestCounters(Root.Total), new RequestCounters(Root.Total));
        await Root.CheckAsync(default);
        await Root.Open("one", one).PublishAsync(FileOf(9, 1, 1, "x"), Stage(new string('x', Large)), default);
        await Root.Open("two", two).PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default);
        await List(Root.Open("two", two), 0);
        await ReadAll(Root.Open("two", two), FileOf(0, 1, 1, "x"));
        await Root.Open("two", two).DeleteAsync([FileOf(0, 1, 1, "x")], default);
        Assert.Equal(_server.Requests.Count, Root.Requests.Values.Sum());
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = 5, ["GET"] = 0, ["LIST"] = 1, ["DELETE"] = 0 }, one.Read());
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = 1, ["GET"] = 1, ["LIST"] = 1, ["DELETE"] = 1 }, two.Read());
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = Large, ["GET"] = 0 }, one.ReadBytes());
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = Large + 1, ["GET"] = 1 }, Root.TransferredBytes);
    }

    public override void Dispose()
    {
        base.Dispose();
        Root.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private protected override ReplicaRoot At(string bucketAndPath, string more = "", TimeProvider? time = null) =>
        ReplicaRoot.Parse(_server.Url(bucketAndPath) + "&partSize=5MB" + more, Access with { Time = time ?? TimeProvider.System });

    private protected override Task<IReadOnlyList<string>> OpenUploadsAsync() =>
        Task.FromResult<IReadOnlyList<string>>([.. _server.Store.ListUploads("").Select(u => u.Key)]);

    private protected override Task LeaveUploadAsync(string key)
    {
        _server.Store.BeginUpload(key, new Dictionary<string, string>());
        return Task.CompletedTask;
    }

    private void FailOnce(Func<S3ServerRequest, bool> which, S3ServerFault fault)
    {
        var left = 1;
        _server.Fault = r => which(r) && Interlocked.Decrement(ref left) >= 0 ? fault : S3ServerFault.None;
    }
}

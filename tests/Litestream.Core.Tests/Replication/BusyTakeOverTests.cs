using System.Globalization;
using Litestream.Core.Tests.Golden;
using Litestream.Core.Tests.Restore;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>
/// A writer that publishes all the time is shut out when a person says so. In each of these it publishes while its chain is read, which takes as long as the
/// chain is: whoever reads first is too late for ever.
/// </summary>
public sealed class BusyTakeOverTests(GoldenReplicas golden) : IClassFixture<GoldenReplicas>
{
    private const string Name = ReplicatedFolder.Name;
    private const int MostTries = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_busy_writer_of_two_replicas_is_shut_out_of_both_and_what_it_left_stays_restorable()
    {
        await using var server = await S3Server.StartAsync("one", "two");
        using var first = RootOf(server, "one");
        using var second = RootOf(server, "two");
        await using var theirs = new ReplicatedFolder { RootAt = first, OtherRoots = [second] };
        theirs.Options = theirs.Options with { Points = new() { LevelIntervals = [TimeSpan.FromHours(1)] } };
        using var application = theirs.NewTenant();
        var loser = await theirs.BeginAsync(Name);
        await ReplicatedFolder.WaitAsync(() => loser.Snapshot().Replicas.All(r => r.Txid == loser.Snapshot().Txid), "in both");
        await using var ours = new ReplicatedFolder { RootAt = first, OtherRoots = [second] };
        application.Sql($"VACUUM INTO '{ours.PathOf(Name)}'");
        ours.Open();
        var taker = ours.Register(Name);
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Replicas.All(r => r.Reason == DatabaseReason.RecentForeignWriter), "somebody writes in both");

        // Only who takes over reads the image.
        server.Fault = request => WaitIfReadsChain(server, request, () => loser.Snapshot().Replicas.Any(r => r.Status == DatabaseStatus.SplitBrain));
        using var end = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                application.Sql("INSERT INTO t (v) VALUES ('busy')");
                loser.Notice(FileEvent.Wal);
            }
        });
        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await taker.TakeOverAsync(5, limit.Token));
        await ReplicatedFolder.WaitAsync(() => loser.Snapshot().Status == DatabaseStatus.SplitBrain, "shut out");
        await end.CancelAsync();
        await writing;

        Assert.All(taker.Snapshot().Replicas, r => Assert.Equal(DatabaseStatus.Active, r.Status));
        Assert.Equal(5u, taker.Snapshot().Epoch);
        await ReplicatedFolder.SyncAsync(taker);
        await ours.AssertRestoresEqualAsync(Name);
        await using var other = new ReplicatedFolder { RootAt = second, DataAt = ours.Data };
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Replicas[1].Txid == taker.Snapshot().Txid, "in the second");
        await other.AssertRestoresEqualAsync(Name);
        foreach (var left in loser.Snapshot().Replicas)
            Assert.Contains(taker.Snapshot().Kept, k => k.Txid == left.Txid);
        Assert.True(taker.Snapshot().Replicas.All(r => r.Errors <= MostTries), string.Join(' ', taker.Snapshot().Replicas.Select(r => r.Errors)));
    }

    /// <summary>Its files bear no proof: what the database's sum is says only the whole chain.</summary>
    [Fact]
    public async Task A_busy_writer_of_a_chain_without_proof_is_shut_out()
    {
        await using var server = await S3Server.StartAsync("chain");
        using var root = RootOf(server, "chain");
        await using var ours = new ReplicatedFolder { RootAt = root };
        using (var target = new RestoreTarget())
        {
            SqliteForTests.Choose();
            await target.Restore(ReplicaRoot.Parse("file://" + golden.ReplicaPath("levels-short-retention-4096")).Open(""));
            await File.WriteAllBytesAsync(ours.PathOf(Name), target.Bytes);
        }
        var newest = await CopyAsync("levels-short-retention-4096", ours.StorageOf(Name));
        var isShutOut = false;
        var writing = Task.Run(async () =>
        {
            await WriteUntilTakenAsync(ours.StorageOf(Name), newest, ours.Data);
            Volatile.Write(ref isShutOut, true);
        });
        ours.Open();
        var taker = ours.Register(Name);
        await ReplicatedFolder.WaitAsync(() => taker.Snapshot().Reason == DatabaseReason.RecentForeignWriter, "somebody writes");

        server.Fault = request => WaitIfReadsChain(server, request, () => Volatile.Read(ref isShutOut));
        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await taker.TakeOverAsync(limit.Token));
        await writing.WaitAsync(Patience);
        await ReplicatedFolder.SyncAsync(taker);
        await ours.AssertRestoresEqualAsync(Name);
        Assert.True(taker.Snapshot().Replicas[0].Errors <= MostTries, $"{taker.Snapshot().Replicas[0].Errors}");
        // What follows bears one, so the next start need not read the chain again.
        var last = (await ours.ListAsync(Name, 0)).MaxBy(f => f.MaxTxid);
        Assert.NotNull((await ChainFile.OpenAsync(ours.StorageOf(Name), last, default)).Header.Proof);
    }

    /// <summary>A name was given out twice, or somebody was quicker: the higher epoch is the fleet's last word. Nothing is written before it was heard.</summary>
    [Fact]
    public async Task Who_comes_late_with_an_epoch_that_the_chain_has_already_asks_whose_it_is_and_stops()
    {
        await using var first = new ReplicatedFolder();
        using var application = first.NewTenant();
        var owner = await first.BeginAsync(Name);
        application.Sql("INSERT INTO t (v) VALUES ('kept')");
        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await owner.TakeOverAsync(4, limit.Token));
        await using var second = new ReplicatedFolder { BackupsAt = first.Backups };
        var (asked, refused) = (0, OwnershipAnswer.Refused("it belongs to host web-3 with epoch 4"));
        second.Options = second.Options with
        {
            // The second one and the third are those of the take-over.
            MayTakeOver = (_, _) => Task.FromResult(Interlocked.Increment(ref asked) is 2 or 3 ? OwnershipAnswer.Unknown("the table is away", TimeSpan.FromMilliseconds(10)) : refused),
        };
        application.Sql($"VACUUM INTO '{second.PathOf(Name)}'");
        second.Open();
        var late = second.Register(Name);
        await ReplicatedFolder.WaitAsync(() => late.Snapshot().Status == DatabaseStatus.SplitBrain, "split-brain");
        await Assert.ThrowsAnyAsync<LitestreamException>(() => late.TakeOverAsync(3, limit.Token));
        Assert.Equal(4, asked);
        Assert.Contains("belongs to host web-3 with epoch 4", late.Snapshot().Detail, StringComparison.Ordinal);
        await ReplicatedFolder.WriteAsync(application, owner, 2);
        await first.AssertRestoresEqualAsync(Name);

        // A person who says so here has the last word.
        Assert.True(await late.TakeOverAsync(limit.Token));
        await second.AssertRestoresEqualAsync(Name);
    }

    private static ReplicaRoot RootOf(S3Server server, string bucket) =>
        ReplicaRoot.Parse(server.Url(bucket), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });

    /// <summary>Until the other writer has published once more there, or cannot any more.</summary>
    private static S3ServerFault WaitIfReadsChain(S3Server server, S3ServerRequest request, Func<bool> isShutOut)
    {
        if (request is { Method: "GET", IsListing: false } && !request.Key.Contains("/0000/", StringComparison.Ordinal))
        {
            var before = Published(server, request.Bucket);
            SpinWait.SpinUntil(() => isShutOut() || Published(server, request.Bucket) > before, Patience);
        }
        return S3ServerFault.None;
    }

    private static int Published(S3Server server, string bucket) =>
        server.Requests.Count(r => r.Method == "PUT" && r.Bucket == bucket && r.Key.Contains("/0000/", StringComparison.Ordinal));

    /// <summary>Answers the newest file's header.</summary>
    private async Task<LtxHeader> CopyAsync(string name, IReplicaStorage storage)
    {
        LtxHeader newest = default;
        foreach (var path in golden.LtxFiles(name))
        {
            var header = LtxHeader.Parse((await File.ReadAllBytesAsync(path)).AsSpan(0, LtxHeader.SizeBytes), path);
            var level = int.Parse(Path.GetFileName(Path.GetDirectoryName(path))!, CultureInfo.InvariantCulture);
            Assert.True(await storage.PublishAsync(new(level, header.MinTxid, header.MaxTxid, new FileInfo(path).Length, header.Timestamp), path, default));
            newest = header.MaxTxid > newest.MaxTxid ? header : newest;
        }
        return newest;
    }

    /// <summary>One file without proof after the other, until the next name is somebody else's.</summary>
    private static async Task WriteUntilTakenAsync(IReplicaStorage storage, LtxHeader newest, string folder)
    {
        var path = Path.Combine(folder, "next.ltx.part");
        do
        {
            newest = newest with { MinTxid = newest.MaxTxid.Next, MaxTxid = newest.MaxTxid.Next, TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), NodeId = new NodeId(0x5EED, 1).Value };
            await using var stream = File.Create(path);
            using var encoder = new LtxEncoder(stream, newest);
            encoder.Finish();
            await Task.Delay(20);
        }
        while (await storage.PublishAsync(new(0, newest.MinTxid, newest.MaxTxid, new FileInfo(path).Length, newest.Timestamp), path, default));
    }
}

using System.Globalization;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

/// <summary>
/// A replica is written as a line of files, <c>level:min-max</c> in decimal; a file's time is its last transaction in seconds,
/// or what stands behind an @.
/// </summary>
public sealed class ChainPlannerTests
{
    [Theory]
    [InlineData("9:1-1", "9:1-1")]
    [InlineData("1:1-1 0:2-2 0:3-3", "1:1-1 0:2-2 0:3-3")]
    [InlineData("0:3-3 0:2-2 1:1-1", "1:1-1 0:2-2 0:3-3")] // a listing in any order
    [InlineData("9:1-1 0:2-2 0:3-3 0:4-4 1:2-3", "9:1-1 1:2-3 0:4-4")] // compacted before small
    [InlineData("9:1-5 3:1-9 0:10-10", "3:1-9 0:10-10")] // an image of any level
    [InlineData("9:1-4 1:1-4 2:1-4", "9:1-4")] // duplicate ranges: the highest level
    [InlineData("9:1-4 1:3-7 1:5-6 0:8-8", "9:1-4 1:3-7 0:8-8")] // overlapping
    [InlineData("9:1-4 1:2-8 0:3-3 0:9-9", "9:1-4 1:2-8 0:9-9")] // reaches back behind the image
    [InlineData("9:1-4 1:5-5 0:5-5 0:6-6 0:7-7", "9:1-4 1:5-5 0:6-6 0:7-7")] // half compacted: L1 advances by one
    [InlineData("9:1-4 9:1-8 0:5-5 0:9-9", "9:1-8 0:9-9")] // the newest snapshot
    [InlineData("9:1-4 9:1-8 2:5-20", "9:1-8 2:5-20")] // the furthest reach at each step
    public void The_newest_state(string replica, string chain) => Assert.Equal(chain, Choose(replica));

    [Theory]
    [InlineData("9:1-1 0:2-2 0:3-3 1:2-3", 3, "9:1-1 1:2-3")]
    [InlineData("9:1-1 0:2-2 0:3-3 1:2-3", 2, "9:1-1 0:2-2")] // what reaches beyond is not used
    [InlineData("9:1-1 9:1-9 1:2-5 0:6-6 0:7-7 0:8-8 0:9-9", 7, "9:1-1 1:2-5 0:6-6 0:7-7")]
    [InlineData("9:1-9 0:10-10", 9, "9:1-9")]
    [InlineData("9:1-3 0:4-4 0:9-9", 4, "9:1-3 0:4-4")] // a gap behind it is no matter
    public void One_transaction(string replica, ulong txid, string chain) => Assert.Equal(chain, Choose(replica, txid));

    [Theory]
    [InlineData("9:1-1 0:2-2 0:3-3", 3, "9:1-1 0:2-2")] // strictly before
    [InlineData("9:1-1 0:2-2 0:3-3", 4, "9:1-1 0:2-2 0:3-3")]
    [InlineData("9:1-1 0:2-2 0:3-3", 1000, "9:1-1 0:2-2 0:3-3")] // after the newest: the newest
    [InlineData("9:1-3@50 1:1-1 0:2-2 0:3-3", 4, "1:1-1 0:2-2 0:3-3")] // a snapshot made later of an older state
    [InlineData("9:1-1 1:2-5 1:6-9 0:8-8 0:9-9", 9, "9:1-1 1:2-5")] // L0 that retention cut off: the state of the last L1 before
    public void A_time(string replica, int seconds, string chain) => Assert.Equal(chain, Choose(replica, before: seconds));

    [Theory]
    [InlineData("9:1-4 0:7-7", null, null, "transactions 0000000000000005 to 0000000000000006 are missing", "-txid 0000000000000004")]
    [InlineData("9:1-4 0:7-7", 7ul, null, "transactions 0000000000000005 to 0000000000000006 are missing", "-txid 0000000000000004")]
    [InlineData("9:1-4 0:7-7", 9ul, null, "transactions 0000000000000005 to 0000000000000006 are missing", "-txid 0000000000000004")]
    [InlineData("9:1-4 0:7-7 0:8-8", null, 8, "transactions 0000000000000005 to 0000000000000006 are missing", "-txid 0000000000000004")]
    [InlineData("0:7-7 1:3-8", null, null, "transactions 0000000000000001 to 0000000000000002 are missing", "snapshot")]
    [InlineData("9:1-4 0:5-5", 6ul, null, "the newest is 0000000000000005", null)]
    [InlineData("9:1-4 1:5-9 0:9-9", 7ul, null, "nearest points are 0000000000000004 of 1970-01-01T00:00:04.000Z and 0000000000000009 of", null)]
    [InlineData("9:1-4 1:5-9", 2ul, null, "nearest points are 0000000000000004 of", null)]
    [InlineData("9:1-4 0:5-5", null, 4, "it holds states from 1970-01-01T00:00:04.000Z to 1970-01-01T00:00:05.000Z", "strictly before")]
    public void What_cannot_be_restored_is_said_with_what_can(string replica, ulong? txid, int? before, string message, string? hint)
    {
        var error = Assert.ThrowsAny<LitestreamException>(() => Choose(replica, txid, before));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        if (hint is not null)
            Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_at_all_is_missing() => Assert.True(Assert.Throws<StorageException>(() => Choose("")).IsMissing);

    [Fact]
    public void Whatever_compaction_left_in_place_the_newest_transaction_is_reached_without_a_hole()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var newest = (ulong)random.Next(1, 60);
            var files = RandomReplica(random, newest);
            var chain = ChainPlanner.Choose(files, ChainTarget.Latest, "replica");
            Assert.True(IsChain(chain) && ChainPlanner.EndOf(chain).Value == newest, $"seed {seed}, round {round}");
            foreach (var end in files.Select(f => f.MaxTxid).Distinct())
                AssertBestEffort(files, end, $"seed {seed}, round {round}, {end}");
        }
    }

    /// <summary>The planner finds a chain to a transaction exactly if one exists.</summary>
    private static void AssertBestEffort(List<LtxFile> files, Txid end, string what)
    {
        IReadOnlyList<LtxFile> chain;
        try
        {
            chain = ChainPlanner.Choose(files, new(end, null), "replica");
        }
        catch (LitestreamException)
        {
            Assert.False(Reachable(files.Where(f => f.MaxTxid <= end)).Contains(end.Value), what);
            return;
        }
        Assert.True(IsChain(chain) && ChainPlanner.EndOf(chain) == end, what);
    }

    /// <summary>By trying everything: the transactions some chain ends at.</summary>
    private static HashSet<ulong> Reachable(IEnumerable<LtxFile> files)
    {
        var reached = new HashSet<ulong> { 0 };
        var all = files.ToList();
        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var file in all)
                grew |= reached.Any(r => file.MinTxid.Value <= r + 1 && file.MaxTxid.Value > r) && reached.Add(file.MaxTxid.Value);
        }
        return reached;
    }

    private static bool IsChain(IReadOnlyList<LtxFile> chain) =>
        chain[0].IsImage && Enumerable.Range(1, chain.Count - 1).All(i => chain[i].MinTxid <= chain[i - 1].MaxTxid.Next && chain[i].MaxTxid > chain[i - 1].MaxTxid);

    /// <summary>One unbroken partition of all transactions, and noise around it.</summary>
    private static List<LtxFile> RandomReplica(Random random, ulong newest)
    {
        var files = new List<LtxFile>();
        for (ulong min = 1; min <= newest;)
        {
            var max = Math.Min(newest, min + (ulong)random.Next(1, 9) - 1);
            files.Add(FileOf(random.Next(10), min, max));
            min = max + 1;
        }
        for (var i = random.Next(20); i > 0; i--)
        {
            var min = (ulong)random.NextInt64(1, (long)newest + 1);
            files.Add(FileOf(random.Next(10), min, (ulong)random.NextInt64((long)min, (long)newest + 1)));
        }
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(files));
        return files;
    }

    private static string Choose(string replica, ulong? txid = null, int? before = null)
    {
        var target = new ChainTarget(txid is { } value ? new Txid(value) : null, before is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
        var files = replica.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        return string.Join(' ', ChainPlanner.Choose(files, target, "replica").Select(f => $"{f.Level}:{f.MinTxid.Value}-{f.MaxTxid.Value}"));
    }

    private static LtxFile Parse(string text)
    {
        var numbers = text.Split(':', '-', '@').Select(n => ulong.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return FileOf((int)numbers[0], numbers[1], numbers[2], numbers.Length > 3 ? numbers[3] : numbers[2]);
    }

    private static LtxFile FileOf(int level, ulong min, ulong max, ulong? seconds = null) =>
        new(level, new(min), new(max), 1000, DateTimeOffset.FromUnixTimeSeconds((long)(seconds ?? max)));
}

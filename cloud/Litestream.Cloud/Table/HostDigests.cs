using Litestream.Contract;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>
/// The digests of all hosts, and what their age makes of them. Whoever wants all of them, or a word about a few, gets what was read a moment ago: a digest is
/// half a minute old anyway, and what is computed of its age is of now.
/// </summary>
internal sealed class HostDigests(TableReads reads, TimeProvider time)
{
    /// <summary>A round is one MB; the fleet has a thousand hosts, and there is room for twenty times as many.</summary>
    private const int MostRounds = 20;

    private const int MostInRound = 1000;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task<IReadOnlyDictionary<string, HostDigest>>? _all;
    private long _readAt;

    /// <summary>As it is now; null when no such host ever reported.</summary>
    public async Task<HostDigest?> FindAsync(string hostId, CancellationToken cancellationToken)
    {
        var item = FleetKeys.IsHostId(hostId) ? await reads.FindAsync(FleetKeys.Host(hostId), cancellationToken) : null;
        return item is null ? null : reads.Readable([item], HostDigestItem.Read).FirstOrDefault();
    }

    /// <summary>Those of them that ever reported, as they are now.</summary>
    public async Task<IReadOnlyDictionary<string, HostDigest>> FindAsync(IEnumerable<string> hostIds, CancellationToken cancellationToken) =>
        (await Task.WhenAll(hostIds.Distinct().Select(id => FindAsync(id, cancellationToken)))).OfType<HostDigest>().ToDictionary(d => d.HostId, StringComparer.Ordinal);

    /// <summary>A page in the order of ids, and the id behind which the next one begins (null: there is none).</summary>
    /// <param name="most">At most so many.</param>
    /// <param name="after">As the page before said; null: from the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<HostDigest> Items, string? Next)> PageAsync(int most, string? after, CancellationToken cancellationToken)
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, FleetKeys.HostShards).Select(shard =>
            reads.QueryAsync(ItemQuery.Hosts(shard), most, After(shard, after), cancellationToken)));
        // Behind the last one of a shard that has more there may be others of it: the page ends before.
        var end = shards.Where(s => s.Next is not null && s.Items.Count > 0).Select(s => IdOf(s.Items[^1])).Order(StringComparer.Ordinal).FirstOrDefault();
        var found = shards.SelectMany(s => s.Items).Where(i => end is null || string.CompareOrdinal(IdOf(i), end) <= 0).OrderBy(IdOf, StringComparer.Ordinal).ToList();
        var page = found.Take(most).ToList();
        var hasMore = end is not null || found.Count > page.Count;
        return ([.. reads.Readable(page, HostDigestItem.Read)], hasMore ? IdOf(page[^1]) : null);
    }

    /// <summary>By id; as they were at most five seconds ago.</summary>
    public Task<IReadOnlyDictionary<string, HostDigest>> AllAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var isUsable = _all is { IsFaulted: false, IsCanceled: false } && (!_all.IsCompleted || IsFresh);
            if (!isUsable)
                (_readAt, _all) = (time.GetTimestamp(), ReadAllAsync());
            return _all!.WaitAsync(cancellationToken);
        }
    }

    /// <summary>One of <see cref="LivenessWords"/> for each; of whom nobody ever heard it is unknown.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LivenessAsync(IEnumerable<string?> hostIds, CancellationToken cancellationToken)
    {
        var wanted = hostIds.OfType<string>().Distinct().ToList();
        IReadOnlyDictionary<string, HostDigest>? known;
        lock (_lock)
            known = _all is { IsCompletedSuccessfully: true } && IsFresh ? _all.Result : null;
        var digests = await Task.WhenAll(wanted.Select(id => known?.GetValueOrDefault(id) is { } digest ? Task.FromResult<HostDigest?>(digest) : FindAsync(id, cancellationToken)));
        var now = time.GetUtcNow();
        return wanted.Zip(digests).ToDictionary(pair => pair.First, pair => LivenessWords.Of(pair.Second, now));
    }

    private bool IsFresh => time.GetElapsedTime(_readAt) < Freshness;

    private async Task<IReadOnlyDictionary<string, HostDigest>> ReadAllAsync()
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, FleetKeys.HostShards).Select(ReadShardAsync));
        return reads.Readable(shards.SelectMany(items => items), HostDigestItem.Read).ToDictionary(d => d.HostId, StringComparer.Ordinal);
    }

    private async Task<List<Item>> ReadShardAsync(int shard)
    {
        var items = new List<Item>();
        Item? from = null;
        for (var round = 0; round < MostRounds; round++)
        {
            (var page, from) = await reads.QueryAsync(ItemQuery.Hosts(shard), MostInRound, from, CancellationToken.None);
            items.AddRange(page);
            if (from is null)
                break;
        }
        return items;
    }

    private static string IdOf(Item digest) => digest.Text(FleetTable.SortKey)![FleetKeys.HostPrefix.Length..];

    /// <summary>A key to begin behind need not be one of an item.</summary>
    private static Item? After(int shard, string? hostId) => hostId is null ? null : new()
    {
        { FleetTable.PartitionKey, ItemValue.Of(FleetKeys.HostPartition(shard)) },
        { FleetTable.SortKey, ItemValue.Of(FleetKeys.HostPrefix + hostId) },
    };
}

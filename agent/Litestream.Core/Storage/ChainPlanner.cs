using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>
/// Chooses the files of a replica that make a wanted state. Pure: a listing in, a chain out. A chain is in the order in which it
/// applies: first a complete image, then files that each continue or overlap what is there (Min &lt;= reached + 1, Max &gt; reached).
/// Duplicates, overlaps and levels that were compacted half or not at all do no harm.
/// </summary>
internal static class ChainPlanner
{
    /// <param name="listed">All files of all levels, in any order.</param>
    /// <param name="target">What is wanted.</param>
    /// <param name="replica">URL for messages.</param>
    /// <exception cref="LitestreamException">The state cannot be restored; says what is missing and what can be. An empty listing is a <see cref="StorageFault.Missing"/>.</exception>
    public static IReadOnlyList<LtxFile> Choose(IReadOnlyList<LtxFile> listed, ChainTarget target, string replica)
    {
        var unrestorable = new Unrestorable(listed, replica);
        if (listed.Count == 0)
            throw unrestorable.Empty();
        var allowed = listed.Where(target.Allows).ToList();
        var chain = LongestReach(allowed);
        var whole = LongestReach(listed);

        // Behind the end of what connects there may be files that nothing leads to. For a time it counts only what lies before
        // that time: an L0 there whose predecessors retention has merged already is bridged by their merger.
        var connected = Txid.Max(EndOf(chain), EndOf(whole));
        var needed = target.Txid > connected ? listed : allowed;
        if (needed.Any(f => f.MinTxid > connected.Next))
            throw unrestorable.Gap(whole);
        if (target.Txid is { } txid && EndOf(chain) != txid)
            throw txid > connected ? unrestorable.BeyondNewest(txid, whole) : unrestorable.Merged(txid, chain, FirstFrom(txid, listed));
        return chain.Count > 0 ? chain : throw unrestorable.BeforeOldest(target.Before);
    }

    public static Txid EndOf(IReadOnlyList<LtxFile> chain) => chain.Count == 0 ? Txid.None : chain[^1].MaxTxid;

    /// <summary>From nothing, always take the file that connects and reaches furthest: the fewest files, and the compacted ones before the small ones.</summary>
    public static List<LtxFile> LongestReach(IEnumerable<LtxFile> files) => LongestReach(files, Txid.None);

    /// <summary>As above, from a state that is there already: of files that reach equally far the shortest, as less has changed than there is.</summary>
    public static List<LtxFile> LongestReach(IEnumerable<LtxFile> files, Txid from)
    {
        var ascending = files.OrderBy(f => f.MinTxid.Value).ToList();
        var chain = new List<LtxFile>();
        var next = 0;
        LtxFile best = default;
        for (var reached = from; ; reached = best.MaxTxid)
        {
            for (; next < ascending.Count && ascending[next].MinTxid <= reached.Next; next++)
            {
                if (Preference(ascending[next], from).CompareTo(Preference(best, from)) > 0)
                    best = ascending[next];
            }
            if (best.MaxTxid <= reached)
                return chain;
            chain.Add(best);
        }
    }

    /// <summary>Furthest reach; of several the one that replaces most of what was before it; of equal ranges the higher level.</summary>
    private static (Txid Max, ulong Width, int Level) Preference(LtxFile file, Txid from) =>
        (file.MaxTxid, from.IsNone ? file.MaxTxid.Value - file.MinTxid.Value : ulong.MaxValue - (ulong)file.SizeBytes, file.Level);

    /// <summary>The first point at or after a transaction that can be restored.</summary>
    private static LtxFile? FirstFrom(Txid txid, IReadOnlyList<LtxFile> listed)
    {
        foreach (var end in listed.Select(f => f.MaxTxid).Where(max => max >= txid).Distinct().Order())
        {
            var chain = LongestReach(listed.Where(f => f.MaxTxid <= end));
            if (EndOf(chain) == end)
                return chain[^1];
        }
        return null;
    }
}

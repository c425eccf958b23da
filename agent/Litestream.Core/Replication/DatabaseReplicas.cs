using System.Collections;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>The replicas of one database, in the order of their places. A set of some is a word with the bits of their places.</summary>
internal sealed class DatabaseReplicas(DatabaseReplica[] all) : IReadOnlyList<DatabaseReplica>
{
    public int Count => all.Length;

    public DatabaseReplica this[int index] => all[index];

    /// <summary>The newest transaction that some replica is known to hold.</summary>
    public Txid Published => all.Max(r => r.HoldsChain ? r.Book.Published : default);

    /// <summary>None may be touched any more until a person decides.</summary>
    public bool AreFenced => Array.TrueForAll(all, r => r.IsFenced);

    /// <summary>What people are told of the one that is worst off, and whether every one is in trouble.</summary>
    public (DatabaseStatus Status, DatabaseReason Reason, string? Detail, bool IsEvery) Worst
    {
        get
        {
            var shown = Array.ConvertAll(all, r => r.Shown);
            var (status, reason, detail) = shown.MaxBy(s => (s.Status, s.Detail is not null));
            return (status, reason, detail, Array.TrueForAll(shown, s => s.Status != DatabaseStatus.Active));
        }
    }

    public static uint BitsOf(IEnumerable<DatabaseReplica> some) => some.Aggregate(0u, (bits, r) => bits | r.Place.Bit);

    /// <summary>Bits of those at a stage that may be touched. Asked of every tenant by each sweep: nothing is allocated.</summary>
    public uint At(ReplicaStage stage)
    {
        var bits = 0u;
        foreach (var replica in all)
            bits |= replica.Stage == stage && !replica.IsFenced ? replica.Place.Bit : 0;
        return bits;
    }

    /// <summary>Those of a set.</summary>
    public IEnumerable<DatabaseReplica> In(uint bits) => all.Where(r => (r.Place.Bit & bits) != 0);

    public void WakeAll() => Wake(all);

    /// <summary>Those for which something falls due although nobody writes. Asked of every tenant by each sweep: nothing is allocated.</summary>
    public void WakeDue(DateTimeOffset now)
    {
        foreach (var replica in all)
        {
            if (replica.Book.DueAt <= now)
                replica.Lane.Wake();
        }
    }

    public void Wake(Predicate<DatabaseReplica> which) => Wake(all.Where(r => which(r)));

    public void Wake(uint bits) => Wake(In(bits));

    public IEnumerator<DatabaseReplica> GetEnumerator() => all.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void Wake(IEnumerable<DatabaseReplica> some)
    {
        foreach (var replica in some)
            replica.Lane.Wake();
    }
}

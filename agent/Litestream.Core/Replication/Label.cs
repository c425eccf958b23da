using System.Globalization;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// The last transaction before a database went back behind its replica: because of a power loss that took the WAL's tail, an older copy that was put in its
/// place, or somebody who restored it. Kept restorable for a while, whatever the retention says.
/// </summary>
/// <param name="Txid">It restores to this transaction.</param>
/// <param name="Reason">What happened behind it, a word of the resync metrics.</param>
/// <param name="At">When it was noticed, UTC.</param>
internal readonly record struct Label(Txid Txid, string Reason, DateTimeOffset At)
{
    /// <summary>Somebody restored the database in place: what can be undone.</summary>
    public const string RestoredInPlace = "restored-in-place";

    /// <summary>Of what happened by itself: it may be noticed late.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Of what somebody asked for.</summary>
    public static readonly TimeSpan UndoTime = TimeSpan.FromDays(7);

    /// <summary>Of each kind: an application that crashes for ever must not fill the books, nor take a person's way back.</summary>
    private const int MostKept = 16;

    /// <summary>A restore in place can be undone to it.</summary>
    public bool IsUndo => Reason == RestoredInPlace;

    /// <summary>Kept until then, UTC.</summary>
    public DateTimeOffset Until => At + (IsUndo ? UndoTime : Lifetime);

    /// <summary>The labels with a new one, without those whose time is over. What somebody asked for is not renamed by what follows from it.</summary>
    public static IReadOnlyList<Label> Add(IReadOnlyList<Label> labels, Label added)
    {
        if (!added.IsUndo && labels.Any(l => l.Txid == added.Txid && l.IsUndo && l.Until > added.At))
            return labels;
        IReadOnlyList<Label> all = [.. labels.Where(l => l.Until > added.At && l.Txid != added.Txid), added];
        var surplus = all.GroupBy(l => l.IsUndo).SelectMany(kind => kind.SkipLast(MostKept));
        return [.. all.Except(surplus)];
    }

    /// <summary>The transaction that a restore in place follows, if the one to come is the first behind it.</summary>
    public static bool IsRestoreBehind(IReadOnlyList<Label> labels, Txid captured) => labels is [.., { IsUndo: true } last] && last.Txid == captured;

    /// <summary>As embedders see it.</summary>
    public KeptState ToKept() => new(Txid, Reason, At, Until, IsUndo);

    /// <summary>As the books keep them.</summary>
    public static string? Format(IReadOnlyList<Label> labels) => labels.Count == 0
        ? null
        : string.Join(' ', labels.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Txid.Value:x16}:{l.At.ToUnixTimeMilliseconds()}:{l.Reason}")));

    public static IReadOnlyList<Label> Parse(string text) => [.. text.Split(' ').Select(ParseOne)];

    private static Label ParseOne(string text)
    {
        var parts = text.Split(':', 3);
        return new(new(ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)), parts[2],
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[1], CultureInfo.InvariantCulture)));
    }
}

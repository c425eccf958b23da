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

    /// <summary>Somebody is about to. Settled in the same write of the books as the transaction that does it, or by the next start (<see cref="RestoreOutcome"/>).</summary>
    public const string RestoringInPlace = "restoring-in-place";

    /// <summary>The program ended in the middle, and what was written since has left nothing to tell by.</summary>
    public const string PerhapsRestoredInPlace = "perhaps-restored-in-place";

    /// <summary>Of what happened by itself: it may be noticed late.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Of what somebody asked for.</summary>
    public static readonly TimeSpan UndoTime = TimeSpan.FromDays(7);

    /// <summary>Of each kind: an application that crashes for ever must not fill the books, nor take a person's way back.</summary>
    private const int MostKept = 16;

    /// <summary>Of <see cref="RestoringInPlace"/>.</summary>
    public RestoreEvidence? Evidence { get; init; }

    /// <summary>Of who asked for the restore, in his words.</summary>
    public string? RequestId { get; init; }

    /// <summary>A restore in place can be undone to it.</summary>
    public bool IsUndo => Reason == RestoredInPlace;

    /// <summary>Nobody has said yet whether that restore happened.</summary>
    public bool IsOpen => Reason == RestoringInPlace;

    /// <summary>Of a restore in place, whatever came of it.</summary>
    public bool IsOfRestore => Reason is RestoredInPlace or RestoringInPlace or PerhapsRestoredInPlace;

    /// <summary>Kept until then, UTC.</summary>
    public DateTimeOffset Until => At + (IsOfRestore ? UndoTime : Lifetime);

    /// <summary>The labels with a new one, without those whose time is over. What somebody asked for is not renamed by what follows from it.</summary>
    public static IReadOnlyList<Label> Add(IReadOnlyList<Label> labels, Label added)
    {
        if (!added.IsOfRestore && labels.Any(l => l.Txid == added.Txid && l.IsOfRestore && l.Until > added.At))
            return labels;
        IReadOnlyList<Label> all = [.. labels.Where(l => l.Until > added.At && l.Txid != added.Txid), added];
        var surplus = all.GroupBy(l => l.IsOfRestore).SelectMany(kind => kind.SkipLast(MostKept));
        return [.. all.Except(surplus)];
    }

    /// <summary>What came of a restore: it happened, it did not (and nothing needs a label), or nobody knows any more.</summary>
    public static IReadOnlyList<Label> Settle(IReadOnlyList<Label> labels, Label open, bool? hasHappened) => hasHappened is false
        ? [.. labels.Where(l => l != open)]
        : [.. labels.Select(l => l == open ? l with { Reason = hasHappened is true ? RestoredInPlace : PerhapsRestoredInPlace, Evidence = null } : l)];

    /// <summary>The transaction that a restore in place follows, if the one to come is the first behind it.</summary>
    public static bool IsRestoreBehind(IReadOnlyList<Label> labels, Txid captured) => labels is [.., { IsOfRestore: true } last] && last.Txid == captured;

    /// <summary>One that another host kept, for as long as that one would have.</summary>
    public static Label Of(KeptState kept) => new(kept.Txid, kept.Reason, kept.At);

    /// <summary>As embedders see it.</summary>
    public KeptState ToKept() => new(Txid, Reason, At, Until, IsUndo) { RequestId = RequestId };

    /// <summary>As the books keep them.</summary>
    public static string? Format(IReadOnlyList<Label> labels) => labels.Count == 0 ? null : string.Join(' ', labels.Select(FormatOne));

    public static IReadOnlyList<Label> Parse(string text) => [.. text.Split(' ').Select(ParseOne)];

    /// <summary>Transaction, time, reason; of a restore who asked for it, and while it is open its evidence.</summary>
    private static string FormatOne(Label label)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{label.Txid.Value:x16}:{label.At.ToUnixTimeMilliseconds()}:{label.Reason}");
        return label.Evidence is { } evidence ? $"{text}:{label.RequestId}:{evidence.Format()}" : label.RequestId is { } request ? $"{text}:{request}" : text;
    }

    private static Label ParseOne(string text)
    {
        var parts = text.Split(':');
        return new(new(ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)), parts[2],
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[1], CultureInfo.InvariantCulture)))
        {
            RequestId = parts.Length > 3 && parts[3].Length > 0 ? parts[3] : null,
            Evidence = parts.Length > 7 ? RestoreEvidence.Parse(parts.AsSpan(4)) : null,
        };
    }
}

using System.Globalization;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// The last transaction before a database went back behind its replica (a power loss took the WAL's tail, an older copy was put in its place): kept
/// restorable for a month, whatever the retention says.
/// </summary>
/// <param name="Txid">It restores to this transaction.</param>
/// <param name="Reason">What happened behind it, a word of the resync metrics.</param>
/// <param name="At">When it was noticed, UTC.</param>
internal readonly record struct Label(Txid Txid, string Reason, DateTimeOffset At)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>An application that crashes for ever must not fill the books.</summary>
    private const int MostKept = 16;

    /// <summary>The labels with a new one, without those whose time is over.</summary>
    public static IReadOnlyList<Label> Add(IReadOnlyList<Label> labels, Label added) =>
        [.. labels.Where(l => l.At > added.At - Lifetime && l.Txid != added.Txid).Append(added).TakeLast(MostKept)];

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

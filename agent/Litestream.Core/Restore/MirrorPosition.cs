using System.Globalization;
using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>A state of a mirror.</summary>
/// <param name="Txid">The transaction it is the state of.</param>
/// <param name="Sum">Sum of the database's pages as captured; null where files carry none.</param>
/// <param name="Stamp">What the file's header has in this state, and in no other that a reader can have seen.</param>
internal readonly record struct MirrorPosition(Txid Txid, ulong? Sum, uint Stamp)
{
    public static MirrorPosition? TryParse(string text)
    {
        var words = text.Split(' ');
        if (words.Length != 3 || !Txid.TryParse(words[0], out var txid) || !uint.TryParse(words[2], CultureInfo.InvariantCulture, out var stamp))
            return null;
        if (words[1] == "-")
            return new(txid, null, stamp);
        return ulong.TryParse(words[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) ? new(txid, sum, stamp) : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Txid} {(Sum is { } sum ? sum.ToString("x16", CultureInfo.InvariantCulture) : "-")} {Stamp}");
}

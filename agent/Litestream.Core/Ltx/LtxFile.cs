using System.Globalization;

namespace Litestream.Ltx;

/// <summary>One LTX file of a replica as a listing shows it.</summary>
/// <param name="Level">0 = one captured round; 1..8 = compactions; 9 = snapshots.</param>
/// <param name="MinTxid">First transaction in the file; 1 makes it a complete image.</param>
/// <param name="MaxTxid">Last transaction in the file.</param>
/// <param name="SizeBytes">Length of the file in bytes.</param>
/// <param name="CreatedAt">Time of the newest transaction in it, UTC, milliseconds.</param>
public readonly record struct LtxFile(int Level, Txid MinTxid, Txid MaxTxid, long SizeBytes, DateTimeOffset CreatedAt)
{
    public const int SnapshotLevel = 9;

    /// <summary>Header, end of pages, end of index with its length, trailer: a file without any page is exactly so long, and one with a page is longer.</summary>
    internal const int EmptyBytes = 131;

    /// <summary><c>0000000000000001-000000000000002a.ltx</c></summary>
    public string Name => NameOf(MinTxid, MaxTxid);

    /// <summary>A complete image of the database, whatever its level.</summary>
    public bool IsImage => MinTxid.Value == 1;

    /// <summary>It has no page: a fence, or what genuine readers need behind a snapshot. Nothing changed with it.</summary>
    internal bool IsEmpty => SizeBytes <= EmptyBytes;

    public static string NameOf(Txid min, Txid max) =>
        string.Create(CultureInfo.InvariantCulture, $"{min.Value:x16}-{max.Value:x16}.ltx");

    /// <summary>
    /// False for every name that is not exactly a lower-case LTX name with 1 &lt;= min &lt;= max; such files are none of ours.
    /// </summary>
    public static bool TryParseName(ReadOnlySpan<char> name, out Txid min, out Txid max)
    {
        min = max = Txid.None;
        if (name.Length != 37 || name[16] != '-' || !name.EndsWith(".ltx", StringComparison.Ordinal))
            return false;
        foreach (var c in name[..33])
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f') or '-'))
                return false;
        }
        if (!ulong.TryParse(name[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            || !ulong.TryParse(name[17..33], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || low == 0 || high < low)
            return false;
        (min, max) = (new(low), new(high));
        return true;
    }
}

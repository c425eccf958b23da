using System.Buffers.Binary;
using System.Globalization;

namespace Litestream.Replication;

/// <summary>By what a database tells whether a restore in place came to its commit, should nobody live to say so.</summary>
/// <param name="SchemaCookie">
/// Of the state before (header, 40). SQLite counts it up with every restore, and never down: where it is the same, nothing happened. Null: there was no file.
/// </param>
/// <param name="PageCount">Of the wanted state.</param>
/// <param name="Sum">Of its pages behind the first, in which SQLite counts.</param>
internal readonly record struct RestoreEvidence(uint? SchemaCookie, uint PageCount, ulong Sum)
{
    /// <summary>Some pages of the wanted state, and their sums, that the state before did not have.</summary>
    public IReadOnlyList<PageChange> Witnesses { get; init; } = [];

    public static uint CookieOf(ReadOnlySpan<byte> firstPage) => BinaryPrimitives.ReadUInt32BigEndian(firstPage[40..]);

    /// <summary>As the books keep it: four parts of a label.</summary>
    public string Format() => string.Create(CultureInfo.InvariantCulture,
        $"{SchemaCookie}:{PageCount}:{Sum:x16}:{string.Join(',', Witnesses.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Pgno}-{w.Sum:x16}")))}");

    public static RestoreEvidence Parse(ReadOnlySpan<string> parts) => new(
        parts[0].Length == 0 ? null : uint.Parse(parts[0], CultureInfo.InvariantCulture), uint.Parse(parts[1], CultureInfo.InvariantCulture), ParseSum(parts[2]))
    {
        Witnesses = [.. parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('-')).Select(w => new PageChange(uint.Parse(w[0], CultureInfo.InvariantCulture), ParseSum(w[1])))],
    };

    private static ulong ParseSum(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

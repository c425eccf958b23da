using System.Globalization;
using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>One file of a replica of Litestream v0.3: a snapshot, or a piece of a WAL.</summary>
/// <param name="Generation">16 hexadecimal digits.</param>
/// <param name="Index">Of the WAL: each restart of the log begins the next. A snapshot is followed by the WAL of its own index.</param>
/// <param name="Offset">Of the piece in its WAL, in bytes; null for a snapshot.</param>
/// <param name="File">Where it is, and when it was written.</param>
internal sealed record GenerationFile(string Generation, uint Index, long? Offset, PlainFile File)
{
    /// <summary>The folder below a replica in which v0.3 kept everything.</summary>
    public const string Folder = "generations";

    private const int GenerationDigits = 16;
    private const int IndexDigits = 8;
    private const int LeastOffsetDigits = 8;
    private const int MostOffsetDigits = 16;

    /// <summary>For messages.</summary>
    public string Path => File.FullName;

    public DateTimeOffset CreatedAt => File.CreatedAt;

    /// <summary>
    /// <c>generations/&lt;id&gt;/snapshots/0000002a.snapshot.lz4</c> or <c>generations/&lt;id&gt;/wal/0000002a_00001000.wal.lz4</c>; null for every other name.
    /// </summary>
    public static GenerationFile? Parse(PlainFile file)
    {
        if (file.Name.Split('/') is not [Folder, { Length: GenerationDigits } generation, var kind, var name] || !generation.All(char.IsAsciiHexDigitLower))
            return null;
        var digits = name.Split('.', 2);
        var parts = digits[0].Split('_');
        if (digits.Length != 2 || Number(parts[0], IndexDigits, IndexDigits) is not { } index)
            return null;
        return (kind, digits[1], parts) switch
        {
            ("snapshots", "snapshot.lz4", [_]) => new(generation, (uint)index, null, file),
            ("wal", "wal.lz4", [_, var at]) when Number(at, LeastOffsetDigits, MostOffsetDigits) is { } offset => new(generation, (uint)index, offset, file),
            _ => null,
        };
    }

    private static long? Number(string digits, int least, int most) =>
        digits.Length >= least && digits.Length <= most
        && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;
}

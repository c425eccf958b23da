using System.Globalization;

namespace Litestream.Restore.Generations;

/// <summary>One file of a replica of Litestream v0.3: a snapshot, or a piece of a WAL.</summary>
/// <param name="Generation">16 hexadecimal digits.</param>
/// <param name="Index">Of the WAL: each restart of the log begins the next. A snapshot is followed by the WAL of its own index.</param>
/// <param name="Offset">Of the piece in its WAL, in bytes; null for a snapshot.</param>
/// <param name="Path">Where it is.</param>
/// <param name="CreatedAt">UTC.</param>
internal sealed record GenerationFile(string Generation, uint Index, long? Offset, string Path, DateTimeOffset CreatedAt)
{
    private const int MostOffsetDigits = 16;

    /// <summary><c>0000002a.snapshot.lz4</c> or <c>0000002a_00001000.wal.lz4</c>; null for every other name.</summary>
    public static GenerationFile? Parse(string generation, string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var digits = name.Split('.', 2);
        var parts = digits[0].Split('_');
        if (digits.Length != 2 || parts[0].Length != 8 || !uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var index))
            return null;
        var created = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        if (digits[1] == "snapshot.lz4" && parts.Length == 1)
            return new(generation, index, null, path, created);
        return digits[1] == "wal.lz4" && parts.Length == 2 && parts[1].Length is >= 8 and <= MostOffsetDigits
            && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var offset) && offset >= 0
                ? new(generation, index, offset, path, created)
                : null;
    }
}

using System.Globalization;
using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Restore;

/// <summary>
/// What a <see cref="Mirror"/> knows of its file across restarts, in the file <c>mirror</c> of its history's folder: one line, at which state it stands,
/// as which file, and which state was begun. A note, never flushed: where it does not fit what is there, the file is compared with its history.
/// <code>
/// mirror 1 TXID SUM STAMP | DEVICE INODE SIZE MTIME CTIME [| TXID SUM STAMP]      sums: hexadecimal, or - where files carry none
/// </code>
/// </summary>
/// <param name="At">The state; without a transaction while it is not known.</param>
/// <param name="File">The file right after that.</param>
/// <param name="Going">The state that was being written when we were last heard of.</param>
internal sealed record MirrorRecord(MirrorPosition At, FileStat File, MirrorPosition? Going = null)
{
    private const string Form = "mirror 1";

    /// <summary>No reader has seen a larger one.</summary>
    public uint NewestStamp => Going is { } going ? Math.Max(At.Stamp, going.Stamp) : At.Stamp;

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static MirrorRecord? TryRead(string path)
    {
        try
        {
            return System.IO.File.Exists(path) ? TryParse(System.IO.File.ReadAllText(path).Trim()) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whole or not at all, whenever we are killed.</summary>
    public void Write(string path)
    {
        var temporary = path + ".tmp";
        RegularFile.WriteNew(temporary, Text + "\n");
        System.IO.File.Move(temporary, path, overwrite: true);
    }

    private string Text => string.Create(CultureInfo.InvariantCulture,
        $"{Form} {At} | {File.Device} {File.Inode} {File.SizeBytes} {File.MtimeNs} {File.CtimeNs}{(Going is { } going ? $" | {going}" : "")}");

    private static MirrorRecord? TryParse(string text)
    {
        if (!text.StartsWith(Form + " ", StringComparison.Ordinal))
            return null;
        var parts = text[(Form.Length + 1)..].Split(" | ");
        if (parts.Length is not (2 or 3) || MirrorPosition.TryParse(parts[0]) is not { } at || TryParseFile(parts[1].Split(' ')) is not { } file)
            return null;
        return parts.Length == 2 ? new(at, file) : MirrorPosition.TryParse(parts[2]) is { } going ? new(at, file, going) : null;
    }

    private static FileStat? TryParseFile(string[] words) =>
        words.Length == 5 && ulong.TryParse(words[0], CultureInfo.InvariantCulture, out var device) && ulong.TryParse(words[1], CultureInfo.InvariantCulture, out var inode)
            && long.TryParse(words[2], CultureInfo.InvariantCulture, out var size) && long.TryParse(words[3], CultureInfo.InvariantCulture, out var mtime)
            && long.TryParse(words[4], CultureInfo.InvariantCulture, out var ctime)
        ? new(device, inode, size, mtime, ctime, Uid: 0, Mode: 0, Links: 0)
        : null;
}

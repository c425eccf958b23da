using Litestream.Sqlite;

namespace Litestream;

/// <summary>A database's files as they were seen by name, and when.</summary>
/// <param name="At">Before the files were asked.</param>
internal readonly record struct FileLook(FileStat? Main, FileStat? Wal, DateTimeOffset At)
{
    public static FileLook Of(string path, TimeProvider time)
    {
        var at = time.GetUtcNow();
        return new(FileStat.Of(path), FileStat.Of(DatabaseFiles.WalOf(path)), at);
    }

    /// <summary>What may have happened between two looks.</summary>
    public FileEvent Since(FileLook before)
    {
        if (Main is null != before.Main is null || (Main is not null && !FileStat.IsSameFile(Main, before.Main)))
            return FileEvent.Appeared;
        return (MayDiffer(Main, before.Main, before.At) ? FileEvent.Database : FileEvent.None) | (MayDiffer(Wal, before.Wal, before.At) ? FileEvent.Wal : FileEvent.None);
    }

    /// <summary>Other time stamps, or ones so young at the look before that a second write, a moment after it, got the same.</summary>
    private static bool MayDiffer(FileStat? file, FileStat? before, DateTimeOffset lookedAt) =>
        file is { } a ? before is not { } b || !a.IsUnchanged(b) || !b.IsSettled(lookedAt) : before is not null;
}

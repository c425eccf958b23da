namespace Litestream.Restore;

/// <summary>Where a mirror is, and what belongs to it.</summary>
/// <param name="Path">Of the plain file.</param>
/// <param name="Model">The database whose history it follows: it never is that file itself, and who may not read that may not read the mirror.</param>
/// <param name="HistoryFolder">Where its history is; a note about the file is kept there, too.</param>
internal readonly record struct MirrorPlace(string Path, string Model, string HistoryFolder)
{
    internal string RecordPath => System.IO.Path.Combine(HistoryFolder, "mirror");

    /// <summary>The pages of the next commit; held by one process at a time.</summary>
    internal string NextPath => System.IO.Path.Combine(HistoryFolder, "mirror.next");
}

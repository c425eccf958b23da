using Litestream.Sqlite;

namespace Litestream.Restore;

/// <summary>
/// What seeds (<see cref="RestoreOptions.IsSeed"/>) have written, page by page: which file it came from, and its sum. As long as the part is as it was left, whoever goes on with it in
/// the same process believes this, and reads only what is new; else the part is read again and compared with its journal. 16 bytes of memory a page.
/// </summary>
internal sealed class SeededPages
{
    /// <summary>Of a database that has more nothing is kept: it is read again.</summary>
    private const uint MostPages = 4 * 1024 * 1024;

    private ulong[] _sources = [], _sums = [];
    private FileStat? _leftAs;

    /// <summary>There is a part to go on with: of a small database none is kept.</summary>
    public bool IsKept => _leftAs is not null;

    /// <summary>A run of pages with their sums is in the part.</summary>
    /// <param name="source">Identity of the file that they come from.</param>
    public void Set(ulong source, uint firstPgno, ReadOnlySpan<ulong> sums)
    {
        if (firstPgno + sums.Length > _sources.Length)
            return;
        sums.CopyTo(_sums.AsSpan((int)firstPgno));
        _sources.AsSpan((int)firstPgno, sums.Length).Fill(source);
    }

    /// <summary>Source and sum of a page that was written; null: it was not.</summary>
    public (ulong Source, ulong Sum)? Find(uint pgno) => pgno < _sources.Length && _sources[pgno] != 0 ? (_sources[pgno], _sums[pgno]) : null;

    /// <summary>The next run begins. Answers whether what is known of its part holds; else nothing is known.</summary>
    /// <param name="part">As it is now; null: there is none.</param>
    /// <param name="commit">Size of the database in pages.</param>
    public bool Begin(FileStat? part, uint commit)
    {
        var holds = _leftAs is { } left && part is { } now && now.IsUnchanged(left);
        _leftAs = null;
        var length = commit > MostPages ? 0 : (int)commit + 1;
        if (!holds)
            (_sources, _sums) = (new ulong[length], new ulong[length]);
        Array.Resize(ref _sources, length);
        Array.Resize(ref _sums, length);
        return holds && length > 0;
    }

    /// <summary>Nothing is written any more before somebody goes on.</summary>
    public void Leave(FileStat? part) => _leftAs = part;
}

namespace Litestream.Ltx;

/// <summary>
/// Which pages a file may hold, and in which order: strictly ascending, up to Commit, never the lock page; a file from transaction 1
/// holds every page, as a hole in it would restore as a page of zeroes.
/// </summary>
internal sealed class PageOrder(in LtxHeader header)
{
    private readonly uint _commit = header.Commit;
    private readonly uint _lockPage = LockPage.Of(header.PageSize);
    private readonly bool _isImage = header.MinTxid.Value == 1;
    private uint _last;

    public int Count { get; private set; }

    /// <summary>Null when this page may come next (it then counts as read or written), else what was expected instead.</summary>
    public string? Refuse(uint pgno)
    {
        if (pgno <= _last)
            return $"a page after page {_last}";
        if (pgno > _commit)
            return $"a page up to {_commit}, the size of the database";
        if (pgno == _lockPage)
            return $"no lock page ({_lockPage})";
        _last = pgno;
        Count++;
        return null;
    }

    /// <summary>Null when the file may end here, else what was expected instead.</summary>
    public string? RefuseEnd()
    {
        var all = _commit - (_lockPage <= _commit ? 1u : 0u);
        return _isImage && (uint)Count != all ? $"all {all} pages in a file from transaction 1" : null;
    }
}

using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Which file of a chain holds the newest frame of each page. Pure; 4 bytes of memory a page.</summary>
internal sealed class FrameMap
{
    private const string ForeignHint = "a file of another database may lie among them: `litestream verify` reads them all; or try an earlier point with -txid";

    private readonly IReadOnlyList<ChainFile> _files;

    // By page number: the file that holds its newest frame, counted from 1; 0 = none, or left out.
    private readonly int[] _newest;
    private readonly uint _pagesBefore;

    /// <param name="files">In the order in which they apply.</param>
    /// <param name="pagesBefore">Size of the database that they are applied to, in pages; 0 when they must hold all of it.</param>
    /// <exception cref="LitestreamException">A page of the database is in none of the files, or there is no database.</exception>
    public FrameMap(IReadOnlyList<ChainFile> files, uint pagesBefore = 0)
    {
        _files = files;
        // What a file cut off is not there any more, even if a later one grew the database again.
        _pagesBefore = Math.Min(pagesBefore, files.Min(f => f.Header.Commit));
        var last = files[^1];
        if (last.Header.Commit == 0)
            throw new LitestreamException($"{last.Name} says that the database was empty then: there is nothing to restore");
        RefuseImpossibleSize(last);
        _newest = new int[last.Header.Commit + 1];
        var merger = new LtxMerger([.. files.Select(f => new MergeInput(f.Index, f.Header.Commit))], last.Header.PageSize);
        while (merger.TryNext(out var page))
            _newest[page.Entry.Pgno] = page.Input + 1;
        RefuseMissingPages(last);
    }

    /// <summary>Whether a file holds the newest frame of a page.</summary>
    /// <param name="file">Position in the chain.</param>
    /// <param name="pgno">Any number: pages beyond the database are in no file.</param>
    public bool IsNewest(int file, uint pgno) => pgno < (uint)_newest.Length && _newest[pgno] == file + 1;

    /// <summary>Position of the file that holds the newest frame of a page; -1 for pages left out or beyond the database.</summary>
    public int NewestOf(uint pgno) => pgno < (uint)_newest.Length ? _newest[pgno] - 1 : -1;

    /// <summary>No range will be made for this page.</summary>
    public void LeaveOut(uint pgno) => _newest[pgno] = 0;

    /// <summary>
    /// The newest frames, gathered in ranges. File by file, newest first: the image, which holds most pages, comes last and in page order, so
    /// that from there on one part of the database after the other is complete and need not be touched again.
    /// </summary>
    public IEnumerable<FrameRange> Ranges()
    {
        for (var file = _files.Count - 1; file >= 0; file--)
        {
            var index = _files[file].Index;
            FrameRange? open = null;
            for (var i = 0; i < index.Count; i++)
            {
                var entry = index[i];
                if (!IsNewest(file, entry.Pgno))
                    continue;
                if (open?.With(i, entry) is { } longer)
                {
                    open = longer;
                    continue;
                }
                if (open is { } full)
                    yield return full;
                open = FrameRange.Of(file, i, entry);
            }
            if (open is { } rest)
                yield return rest;
        }
    }

    /// <summary>Before memory is taken for what a damaged header says.</summary>
    private void RefuseImpossibleSize(ChainFile last)
    {
        var held = _pagesBefore + _files.Sum(f => (long)f.Index.Count);
        if (last.Header.Commit > held + 1) // the lock page is in none
            throw new LitestreamException($"{last.Name} says that the database has {last.Header.Commit} pages; the {_files.Count} files up to it hold {held}", hint: ForeignHint);
    }

    private void RefuseMissingPages(ChainFile last)
    {
        var lockPage = LockPage.Of(last.Header.PageSize);
        for (var pgno = _pagesBefore + 1; pgno < _newest.Length; pgno++)
        {
            if (_newest[pgno] == 0 && pgno != lockPage)
                throw new LitestreamException($"page {pgno} of {last.Header.Commit} is in none of the {_files.Count} files up to {last.Name}", hint: ForeignHint);
        }
    }
}

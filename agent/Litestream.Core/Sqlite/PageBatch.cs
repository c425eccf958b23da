using Microsoft.Win32.SafeHandles;

namespace Litestream.Sqlite;

/// <summary>Pages that shall become one commit, each at most once, and after that the next; kept in a temporary file, so that they may be many. One thread at a time.</summary>
internal sealed class PageBatch : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly List<uint> _pgnos = [];
    private readonly int _pageSize;

    /// <param name="path">Of the temporary file; gone with the batch.</param>
    /// <param name="pageSize">Bytes.</param>
    public PageBatch(string path, int pageSize)
    {
        _pageSize = pageSize;
        (_path, _file) = (path, RegularFile.OpenAlone(path));
        RandomAccess.SetLength(_file, 0);
    }

    public int PageSize => _pageSize;

    public IReadOnlyList<uint> Pgnos => _pgnos;

    /// <summary>Begins another commit.</summary>
    public void Clear()
    {
        _pgnos.Clear();
        RandomAccess.SetLength(_file, 0);
    }

    public void Add(uint pgno, ReadOnlySpan<byte> page)
    {
        RandomAccess.Write(_file, page[.._pageSize], (long)_pgnos.Count * _pageSize);
        _pgnos.Add(pgno);
    }

    /// <summary>Only what differs from what is there: a snapshot that bridges a gap is mostly that. May be called by several threads.</summary>
    /// <param name="target">What the batch is for.</param>
    /// <param name="before">Room for a page.</param>
    /// <param name="firstPgno">Of the run.</param>
    /// <param name="pages">One after the other.</param>
    public void AddWhatDiffers(ReadReplica target, byte[] before, uint firstPgno, ReadOnlySpan<byte> pages)
    {
        lock (_pgnos)
        {
            for (var pgno = firstPgno; pages.Length > 0; pgno++, pages = pages[_pageSize..])
            {
                if (!target.ReadPage(pgno, before) || !pages[.._pageSize].SequenceEqual(before))
                    Add(pgno, pages);
            }
        }
    }

    /// <param name="position">Of the first page in <see cref="Pgnos"/>.</param>
    /// <param name="pages">Filled, one page after the other.</param>
    public void Read(int position, Span<byte> pages)
    {
        var offset = (long)position * _pageSize;
        while (pages.Length > 0)
        {
            var read = RandomAccess.Read(_file, pages, offset);
            if (read == 0)
                throw new EndOfStreamException($"{_path} is shorter than what was written to it");
            pages = pages[read..];
            offset += read;
        }
    }

    public void Dispose()
    {
        if (_file.IsClosed)
            return;
        File.Delete(_path); // while it is locked: the next one's is another file
        RegularFile.Release(_file);
    }
}

using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>
/// Has the kernel write each stretch of the output as soon as all its pages are there: the flush at the end then overlaps with reading and
/// decoding, and nothing goes to the disk twice. Called from several threads.
/// </summary>
internal sealed class WriteBack
{
    /// <summary>Long enough for a disk to write well, short enough to begin early. A multiple of every page size.</summary>
    private const int StretchBytes = 8 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly uint _pagesPerStretch;

    // Pages that each stretch still lacks.
    private readonly int[] _missing;

    /// <param name="file">The output.</param>
    /// <param name="pageSize">Bytes.</param>
    /// <param name="pageCount">Size of the database in pages.</param>
    public WriteBack(SafeFileHandle file, int pageSize, uint pageCount)
    {
        _file = file;
        _pagesPerStretch = (uint)(StretchBytes / pageSize);
        _missing = new int[((pageCount - 1) / _pagesPerStretch) + 1];
        Array.Fill(_missing, (int)_pagesPerStretch);
        _missing[^1] = (int)(((pageCount - 1) % _pagesPerStretch) + 1);
        if (LockPage.Of(pageSize) <= pageCount)
            _missing[StretchOf(LockPage.Of(pageSize))]--; // is never written
    }

    /// <summary>These pages are written, for the first time.</summary>
    public void Wrote(uint firstPgno, int count)
    {
        for (var next = firstPgno; count > 0;)
        {
            var stretch = StretchOf(next);
            var here = (int)Math.Min((uint)count, ((stretch + 1) * _pagesPerStretch) - (next - 1));
            if (Interlocked.Add(ref _missing[stretch], -here) == 0)
                PosixFile.BeginWriteBack(_file, (long)stretch * StretchBytes, StretchBytes);
            next += (uint)here;
            count -= here;
        }
    }

    private uint StretchOf(uint pgno) => (pgno - 1) / _pagesPerStretch;
}

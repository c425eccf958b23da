using System.Buffers;

namespace Litestream.Sqlite;

/// <summary>
/// The whole database as it stands at a held mark: the database file, overlaid by every committed frame of the WAL's generation. The overlay
/// is complete (not only the frames that are new to us) because any page with a frame may be under backfill right now, and only those pages may.
/// With everything backfilled the file alone is the database, and nobody can backfill further while the mark stands. Or a copy of the file of a database that nobody has open.
/// </summary>
internal sealed class PinnedDatabase : IDisposable
{
    private readonly EngineConnection _connection;
    private readonly WalSlice? _overlay;
    private readonly byte[]? _copy;

    private PinnedDatabase(EngineConnection connection, WalSlice? overlay, int pageSize, uint pageCount, WalPosition end, byte[]? copy = null)
    {
        (_connection, _overlay, _copy) = (connection, overlay, copy);
        (PageSize, PageCount, End) = (pageSize, pageCount, end);
    }

    public int PageSize { get; }

    public uint PageCount { get; }

    /// <summary>Up to where the WAL is part of it.</summary>
    public WalPosition End { get; }

    /// <summary><paramref name="marked"/> holds a read mark taken before <paramref name="index"/> was read. Null when the WAL changed in between: read the index again.</summary>
    public static PinnedDatabase? TryOpen(EngineConnection marked, WalIndexHeader index)
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.SizeBytes];
        if (index.MxFrame == 0)
        {
            if (!marked.ReadDatabase(0, bytes) || !DatabaseHeader.TryParse(bytes, out var header))
                return null;
            return new(marked, null, header.PageSize, header.PagesIn(marked.DatabaseLength()), new(index.Salts, 0, default));
        }
        var end = new WalPosition(index.Salts, index.MxFrame, index.FrameChecksum);
        if (index.IsFullyBackfilled)
            return new(marked, null, index.PageSize, index.PageCount, end);
        if (WalSlice.StartOf(marked, index.Salts) is not { } start || WalSlice.TryRead(marked, start, index, long.MaxValue) is not { } overlay)
            return null;
        return new(marked, overlay, index.PageSize, index.PageCount, end);
    }

    /// <summary>
    /// Copies a file of so many bytes. Null when they are not exactly those of a database in WAL mode: SQLite cuts the file to its size with the last checkpoint, and one that
    /// was cut otherwise it refuses. Whether somebody wrote to it meanwhile is for the caller to find out.
    /// </summary>
    /// <param name="closed">Holds nothing.</param>
    /// <param name="bytes">The size of the file.</param>
    public static PinnedDatabase? TryCopy(EngineConnection closed, long bytes)
    {
        var copy = ArrayPool<byte>.Shared.Rent((int)bytes);
        if (closed.ReadDatabase(0, copy.AsSpan(0, (int)bytes)) && DatabaseHeader.TryParse(copy.AsSpan(0, (int)bytes), out var header) && header.IsWal && header.SizePages * (long)header.PageSize == bytes)
            return new(closed, null, header.PageSize, header.SizePages, default, copy);
        ArrayPool<byte>.Shared.Return(copy);
        return null;
    }

    /// <summary>Reads consecutive pages; <paramref name="pages"/> is a multiple of the page size. What neither file has is zero.</summary>
    public void Read(uint firstPgno, Span<byte> pages)
    {
        if (_copy is not null)
        {
            _copy.AsSpan((int)(firstPgno - 1) * PageSize, pages.Length).CopyTo(pages);
            return;
        }
        _connection.ReadDatabase((firstPgno - 1L) * PageSize, pages);
        if (_overlay is null)
            return;
        for (var i = 0; i < pages.Length / PageSize; i++)
            _overlay.TryReadPage(firstPgno + (uint)i, pages.Slice(i * PageSize, PageSize));
    }

    public void Dispose()
    {
        _overlay?.Dispose();
        if (_copy is not null)
            ArrayPool<byte>.Shared.Return(_copy);
    }
}

using System.Buffers;

namespace Litestream.Sqlite;

/// <summary>
/// Committed frames of one WAL generation, from a position up to the wal-index's mxFrame, verified along the checksum chain: for each page
/// the newest frame. Needs a mark held since before the wal-index was read, so that none of it can be reset.
/// </summary>
internal sealed class WalSlice : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly EngineConnection _connection;
    private readonly int _pageSize;
    private readonly Dictionary<uint, uint> _newestFrame = [];
    private byte[]? _chunk;
    private uint _chunkFirstFrame;

    private WalSlice(EngineConnection connection, int pageSize) => (_connection, _pageSize) = (connection, pageSize);

    /// <summary>Position behind the last frame: always the end of a transaction.</summary>
    public WalPosition End { get; private set; }

    /// <summary>Size of the database in pages after it.</summary>
    public uint Commit { get; private set; }

    /// <summary>WAL bytes covered.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Pages with a frame in it, in no order; pages beyond <see cref="Commit"/> are left out.</summary>
    public IEnumerable<uint> Pages => _newestFrame.Keys.Where(p => p <= Commit);

    /// <summary>Where a generation begins: behind the WAL's header, whose salts must be <paramref name="salts"/>. Null when they are not (any more).</summary>
    public static WalPosition? StartOf(EngineConnection connection, WalSalts salts)
    {
        Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
        return connection.ReadWal(0, bytes) && WalHeader.TryParse(bytes, out var header) && header.Salts == salts
            ? new WalPosition(salts, 0, header.Checksum)
            : null;
    }

    /// <summary>
    /// Reads the frames behind <paramref name="from"/>. Ends at mxFrame, or at the first commit past <paramref name="maxBytes"/>. Null when the chain
    /// does not hold up to there: another generation, or a position that is not in this WAL.
    /// </summary>
    public static WalSlice? TryRead(EngineConnection connection, WalPosition from, WalIndexHeader index, long maxBytes)
    {
        var slice = new WalSlice(connection, index.PageSize) { End = from };
        if (slice.ReadFrames(from, index, maxBytes))
            return slice;
        slice.Dispose();
        return null;
    }

    public bool Contains(uint pgno) => pgno <= Commit && _newestFrame.ContainsKey(pgno);

    /// <summary>Copies the newest version of a page. False when the slice has none.</summary>
    public bool TryReadPage(uint pgno, Span<byte> page)
    {
        if (!_newestFrame.TryGetValue(pgno, out var frame))
            return false;
        if (_chunk is not null && frame >= _chunkFirstFrame)
        {
            var offset = (int)(frame - _chunkFirstFrame) * (WalFrameHeader.SizeBytes + _pageSize) + WalFrameHeader.SizeBytes;
            _chunk.AsSpan(offset, _pageSize).CopyTo(page);
            return true;
        }
        return _connection.ReadWal(WalFrameHeader.OffsetOf(frame, _pageSize) + WalFrameHeader.SizeBytes, page)
            ? true
            : throw new SqliteErrorException("reading the WAL of", _connection.Path, (int)SqliteCode.IoError, $"frame {frame} is gone while a mark protects it");
    }

    public void Dispose()
    {
        if (_chunk is not null)
            ArrayPool<byte>.Shared.Return(_chunk);
        _chunk = null;
    }

    private bool ReadFrames(WalPosition from, WalIndexHeader index, long maxBytes)
    {
        var frameBytes = WalFrameHeader.SizeBytes + _pageSize;
        var framesPerChunk = (uint)Math.Max(1, ChunkBytes / frameBytes);
        var chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(framesPerChunk, index.MxFrame - from.Frame) * frameBytes);
        _chunk = chunk;
        var sum = from.Checksum;
        for (var next = from.Frame + 1; next <= index.MxFrame;)
        {
            var count = Math.Min(framesPerChunk, index.MxFrame - next + 1);
            if (!_connection.ReadWal(WalFrameHeader.OffsetOf(next, _pageSize), chunk.AsSpan(0, (int)count * frameBytes)))
                return false;
            _chunkFirstFrame = next;
            for (var i = 0u; i < count; i++, next++)
            {
                if (!TakeFrame(chunk.AsSpan((int)i * frameBytes, frameBytes), next, index, ref sum))
                    return false;
                SizeBytes = (next - from.Frame) * (long)frameBytes;
                if (End.Frame == next && SizeBytes >= maxBytes)
                    return true;
            }
        }
        return End.Frame == index.MxFrame;
    }

    private bool TakeFrame(ReadOnlySpan<byte> bytes, uint number, WalIndexHeader index, ref WalChecksum sum)
    {
        var frame = WalFrameHeader.Read(bytes);
        if (frame.Salts != index.Salts)
            return false;
        sum = sum.Append(bytes[..8], index.BigEndianChecksum).Append(bytes[WalFrameHeader.SizeBytes..], index.BigEndianChecksum);
        if (sum != frame.Checksum)
            return false;
        _newestFrame[frame.Pgno] = number;
        if (frame.Commit != 0)
        {
            Commit = frame.Commit;
            End = new(index.Salts, number, sum);
        }
        return true;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// Writes one LTX file, v3b: header, page frames in ascending page number, page index, trailer. No allocation per page.
/// The stream is written at its current position; if it can seek, the header is written last (so that a proof that is
/// known only after the last page can be put into it), else the header given here is final. The stream stays open.
/// </summary>
internal sealed class LtxEncoder : IDisposable
{
    private const int MinBufferBytes = 64 * 1024;

    private readonly Stream _output;
    private readonly long _start;
    private readonly LtxHeader _header;
    private readonly bool _headerLast;
    private readonly PageOrder _order;
    private readonly int _frameBound;
    private readonly PageIndexWriter _index = new();
    private byte[] _buffer;
    private int _buffered;
    private bool _finished;

    // Where the next byte goes, counted from the file's beginning.
    private long _position = LtxHeader.SizeBytes;

    // The file checksum takes pages uncompressed, so it covers another number of bytes than the file has.
    private ulong _crc;
    private long _crcBytes;

    public LtxEncoder(Stream output, LtxHeader header)
    {
        Span<byte> first = stackalloc byte[LtxHeader.SizeBytes];
        header.Write(first);
        _output = output;
        _header = header;
        _order = new PageOrder(header);
        _frameBound = PageFrame.BlockOffset + Lz4Block.CompressBound(header.PageSize);
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(MinBufferBytes, 2 * _frameBound));
        _buffered = LtxHeader.SizeBytes;
        _headerLast = output.CanSeek;
        if (_headerLast)
        {
            // Zeroes for now: a file that was never finished does not even begin like one of ours.
            _start = output.Position;
            first.Clear();
        }
        else
        {
            Hash(first);
        }
        first.CopyTo(_buffer);
    }

    /// <summary>Pages written so far.</summary>
    public int PageCount => _order.Count;

    /// <summary>
    /// Compresses and writes a page; <paramref name="page"/> is exactly the page size. Throws <see cref="ArgumentException"/> for a page
    /// out of order, beyond Commit, or the lock page.
    /// </summary>
    public void WritePage(uint pgno, ReadOnlySpan<byte> page)
    {
        CheckPage(pgno, page);
        var frame = NextFrame();
        CompleteFrame(pgno, Lz4Block.Compress(page, frame[PageFrame.BlockOffset..]), page);
    }

    /// <summary>
    /// Writes a page whose LZ4 block exists already (merging): the file checksum covers the uncompressed bytes, hence both.
    /// </summary>
    public void WriteCompressed(uint pgno, ReadOnlySpan<byte> lz4Block, ReadOnlySpan<byte> page)
    {
        if (lz4Block.Length == 0 || lz4Block.Length > _frameBound - PageFrame.BlockOffset)
            throw new ArgumentException($"an LZ4 block of {lz4Block.Length} bytes for a page of {page.Length}", nameof(lz4Block));
        CheckPage(pgno, page);
        lz4Block.CopyTo(NextFrame()[PageFrame.BlockOffset..]);
        CompleteFrame(pgno, lz4Block.Length, page);
    }

    /// <summary>
    /// Completes the file and flushes the stream (no fsync). Returns the file's length in bytes. A MinTXID 1 file must hold every page.
    /// </summary>
    public long Finish() => Complete(_header);

    /// <summary>As <see cref="Finish()"/>, with the proof put into the header; the stream must be able to seek.</summary>
    public long Finish(Proof proof)
    {
        if (!_headerLast)
            throw new InvalidOperationException("a proof known last needs a stream that can seek; put it into the header instead");
        return Complete(_header with { Proof = proof });
    }

    /// <summary>Frees the buffers; the stream stays open. A file that was not finished is not valid.</summary>
    public void Dispose()
    {
        _finished = true;
        _index.Dispose();
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private long Complete(LtxHeader header)
    {
        ThrowIfFinished();
        if (_order.RefuseEnd() is { } expected)
            throw new InvalidOperationException($"expected {expected}, found {PageCount}");
        _finished = true;
        var end = Reserve(PageFrame.HeaderBytes);
        end.Clear();
        Hash(end);
        Flush();
        var crc = _index.WriteTo(_output, _crc);
        _crcBytes += _index.LengthBytes;
        _position += _index.LengthBytes + LtxTrailer.SizeBytes;
        Span<byte> first = stackalloc byte[LtxHeader.SizeBytes];
        header.Write(first);
        if (_headerLast)
            crc = Crc64.Combine(Crc64.Of(first), crc, _crcBytes);
        Span<byte> trailer = stackalloc byte[LtxTrailer.SizeBytes];
        LtxTrailer.Write(trailer, crc);
        _output.Write(trailer);
        if (_headerLast)
            WriteHeader(first);
        _output.Flush();
        return _position;
    }

    private void WriteHeader(ReadOnlySpan<byte> header)
    {
        var end = _output.Position;
        _output.Position = _start;
        _output.Write(header);
        _output.Position = end;
    }

    private void CheckPage(uint pgno, ReadOnlySpan<byte> page)
    {
        ThrowIfFinished();
        if (page.Length != _header.PageSize)
            throw new ArgumentException($"page {pgno} has {page.Length} bytes instead of {_header.PageSize}", nameof(page));
        if (_order.Refuse(pgno) is { } expected)
            throw new ArgumentException($"expected {expected}, found page {pgno}", nameof(pgno));
    }

    private void CompleteFrame(uint pgno, int blockBytes, ReadOnlySpan<byte> page)
    {
        var size = PageFrame.BlockOffset + blockBytes;
        _index.Add(new(pgno, _position, size));
        var header = Reserve(size)[..PageFrame.BlockOffset];
        BinaryPrimitives.WriteUInt32BigEndian(header, pgno);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], PageFrame.SizeFlag);
        BinaryPrimitives.WriteInt32BigEndian(header[PageFrame.HeaderBytes..], blockBytes);
        Hash(header);
        Hash(page);
    }

    /// <summary>Room for the longest frame; <see cref="Reserve"/> then takes what it needed of it.</summary>
    private Span<byte> NextFrame()
    {
        if (_buffer.Length - _buffered < _frameBound)
            Flush();
        return _buffer.AsSpan(_buffered);
    }

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _buffered < length)
            Flush();
        var taken = _buffer.AsSpan(_buffered, length);
        _buffered += length;
        _position += length;
        return taken;
    }

    private void Flush()
    {
        _output.Write(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void Hash(ReadOnlySpan<byte> data)
    {
        _crc = Crc64.Append(_crc, data);
        _crcBytes += data.Length;
    }

    private void ThrowIfFinished()
    {
        if (_finished)
            throw new InvalidOperationException("the LTX file is finished");
    }
}

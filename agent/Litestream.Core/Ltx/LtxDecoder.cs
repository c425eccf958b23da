using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// Reads one LTX file (v3a or v3b) from beginning to end and verifies everything on the way: order, sizes, page index against
/// the frames, file checksum. No allocation per page. Throws <see cref="LtxFormatException"/>, which names file and offset.
/// The stream need not seek, and stays open.
/// </summary>
internal sealed class LtxDecoder : IDisposable
{
    private readonly LtxInput _input;
    private readonly PageOrder _order;
    private readonly bool _tracksChecksums;
    private readonly FrameLog _frames = new();
    private ulong _crc;

    // XOR of the pages' checksums, which only files of other LTX writers carry.
    private ulong _databaseChecksum = LtxTrailer.ChecksumFlag;
    private PageIndex? _index;

    /// <summary>Reads the header.</summary>
    public LtxDecoder(Stream input, string file)
    {
        _input = new LtxInput(input, file);
        try
        {
            var bytes = _input.Peek(LtxHeader.SizeBytes);
            Header = LtxHeader.Parse(bytes, file);
            _tracksChecksums = LtxHeader.TracksChecksums(bytes);
            Take(LtxHeader.SizeBytes);
            _input.Reserve(2 * PageFrame.Bound(Header.PageSize));
        }
        catch
        {
            _input.Dispose();
            throw;
        }
        _order = new PageOrder(Header);
    }

    public LtxHeader Header { get; }

    /// <summary>Bytes of the file (pages uncompressed) that the checksum covers so far.</summary>
    internal long CoveredBytes { get; private set; }

    /// <summary>Once the file's checksum was found wrong: XOR of what is stored and what was computed. Tells where the damage is, see <see cref="PageSum"/>.</summary>
    internal ulong? ChecksumDifference { get; private set; }

    /// <summary>The verified index; only after <see cref="ReadPage"/> answered false.</summary>
    public PageIndex Index => _index ?? throw new InvalidOperationException("the index is known once ReadPage has answered false");

    /// <summary>
    /// Decodes the next page into <paramref name="page"/> (page size). False after the last one: then index, trailer and checksum have
    /// been verified and the stream is at its end.
    /// </summary>
    public bool ReadPage(Span<byte> page, out uint pgno)
    {
        if (page.Length != Header.PageSize)
            throw new ArgumentException($"{page.Length} bytes for a page of {Header.PageSize}", nameof(page));
        pgno = 0;
        if (_index is not null)
            return false;
        var start = _input.Position;
        var header = _input.Peek(PageFrame.HeaderBytes);
        var isBlock = PageFrame.IsBlock(header, _input.File, start);
        pgno = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (pgno == 0 && !isBlock)
        {
            ReadEnd();
            return false;
        }
        if (_order.Refuse(pgno) is { } expected)
            throw _input.Damage(expected, $"page {pgno}");
        Take(PageFrame.HeaderBytes);
        ReadPayload(isBlock, page);
        _frames.Add(new(pgno, start, (int)(_input.Position - start)));
        Cover(page);
        if (_tracksChecksums)
            _databaseChecksum = LtxTrailer.ChecksumFlag | (_databaseChecksum ^ LtxTrailer.PageChecksum(pgno, page));
        return true;
    }

    public void Dispose()
    {
        _input.Dispose();
        _frames.Dispose();
    }

    private void ReadPayload(bool isBlock, Span<byte> page)
    {
        var start = _input.Position;
        if (!isBlock)
        {
            // An LZ4 frame says where it ends only as it is read; a page's cannot be longer than this.
            _input.Skip(Lz4Frame.Decode(_input.PeekUpTo(Lz4Frame.Bound(page.Length)), page, _input.File, start));
            return;
        }
        var sizeField = _input.Peek(4);
        Cover(sizeField);
        // More than the bound is refused below, before it is read.
        var size = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(sizeField), (uint)Lz4Block.CompressBound(page.Length));
        _input.Skip(PageFrame.DecodeBlock(_input.PeekUpTo(4 + (int)size), page, _input.File, start));
    }

    /// <summary>From the six zero bytes to the end of the file.</summary>
    private void ReadEnd()
    {
        if (_order.RefuseEnd() is { } expected)
            throw _input.Damage(expected, $"{_order.Count}");
        Take(PageFrame.HeaderBytes);
        ReadIndex();
        CheckDatabaseChecksum(BinaryPrimitives.ReadUInt64BigEndian(_input.Peek(8)));
        Take(8);
        var stored = BinaryPrimitives.ReadUInt64BigEndian(_input.Peek(8));
        ChecksumDifference = stored ^ (LtxTrailer.ChecksumFlag | _crc);
        if (ChecksumDifference != 0)
            throw _input.Damage($"file checksum {LtxTrailer.ChecksumFlag | _crc:x16}", $"{stored:x16}");
        _input.Skip(8);
        if (_input.PeekUpTo(1).Length > 0)
            throw _input.Damage("the end of the file", "more bytes");
        _index = new PageIndex(_frames.Entries);
    }

    /// <summary>The index must say exactly what the frames said.</summary>
    private void ReadIndex()
    {
        var start = _input.Position;
        foreach (var entry in _frames.Entries)
        {
            ReadNumber(entry.Pgno, "page number");
            ReadNumber((ulong)entry.Offset, "frame offset");
            ReadNumber((ulong)entry.SizeBytes, "frame size");
        }
        ReadNumber(0, "end of the page index");
        var length = BinaryPrimitives.ReadInt64BigEndian(_input.Peek(8));
        if (length != _input.Position - start)
            throw _input.Damage($"a page index of {_input.Position - start} bytes", $"{length}");
        Take(8);
    }

    private void ReadNumber(ulong expected, string what)
    {
        var length = Varint.Read(_input.PeekUpTo(Varint.MaxBytes), out var found);
        if (length == 0 || found != expected)
            throw _input.Damage($"{what} {expected} in the page index", length == 0 ? "no number" : $"{found}");
        Take(length);
    }

    private void CheckDatabaseChecksum(ulong stored)
    {
        var fits = _tracksChecksums
            ? Header.MinTxid.Value == 1 ? stored == _databaseChecksum : stored >= LtxTrailer.ChecksumFlag
            : stored == 0;
        if (!fits)
            throw _input.Damage("a database checksum as the header's flags say", $"{stored:x16}");
    }

    /// <summary>Consumes bytes that the file checksum covers.</summary>
    private void Take(int length)
    {
        Cover(_input.Peek(length));
        _input.Skip(length);
    }

    private void Cover(ReadOnlySpan<byte> bytes)
    {
        _crc = Crc64.Append(_crc, bytes);
        CoveredBytes += bytes.Length;
    }
}

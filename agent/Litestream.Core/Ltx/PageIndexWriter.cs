using System.Buffers;
using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// Collects the page index while the frames are written: per page <c>uvarint(pgno) uvarint(offset) uvarint(size)</c>, then 0x00, then the
/// length of all that in 8 bytes, big-endian. Kept in pooled pieces, about 10 bytes a page, so that a large image needs no large array.
/// </summary>
internal sealed class PageIndexWriter : IDisposable
{
    private const int PieceBytes = 16 * 1024;

    private readonly List<byte[]> _pieces = [];
    private int _used = PieceBytes;

    /// <summary>Bytes of the index written so far.</summary>
    public long LengthBytes => ((long)_pieces.Count * PieceBytes) - PieceBytes + _used;

    public void Add(IndexEntry entry)
    {
        Span<byte> bytes = stackalloc byte[3 * Varint.MaxBytes];
        var length = Varint.Write(bytes, entry.Pgno);
        length += Varint.Write(bytes[length..], (ulong)entry.Offset);
        length += Varint.Write(bytes[length..], (ulong)entry.SizeBytes);
        Append(bytes[..length]);
    }

    /// <summary>Writes the whole index to <paramref name="output"/>; returns <paramref name="crc"/> continued over it.</summary>
    public ulong WriteTo(Stream output, ulong crc)
    {
        Append([0]);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, LengthBytes);
        Append(length);
        for (var i = 0; i < _pieces.Count; i++)
        {
            var piece = _pieces[i].AsSpan(0, i == _pieces.Count - 1 ? _used : PieceBytes);
            crc = Crc64.Append(crc, piece);
            output.Write(piece);
        }
        return crc;
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
            ArrayPool<byte>.Shared.Return(piece);
        _pieces.Clear();
        _used = PieceBytes;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_used == PieceBytes)
            {
                _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceBytes));
                _used = 0;
            }
            var part = Math.Min(bytes.Length, PieceBytes - _used);
            bytes[..part].CopyTo(_pieces[^1].AsSpan(_used));
            _used += part;
            bytes = bytes[part..];
        }
    }
}

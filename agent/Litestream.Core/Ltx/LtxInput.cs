using System.Buffers;

namespace Litestream.Ltx;

/// <summary>
/// A window on a stream: look ahead, then skip. Nobody looks further than one frame of the largest page, so memory is bounded whatever
/// the file says.
/// </summary>
internal sealed class LtxInput(Stream stream, string file) : IDisposable
{
    private const int MinBufferBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(MinBufferBytes);
    private int _start;
    private int _end;
    private bool _atEnd;

    public string File => file;

    /// <summary>Offset in the file of the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>Makes room for so many bytes of looking ahead.</summary>
    public void Reserve(int length)
    {
        if (_buffer.Length >= length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(length);
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (larger, 0, _end - _start);
    }

    /// <summary>Exactly so many next bytes; the file is damaged if it ends before.</summary>
    public ReadOnlySpan<byte> Peek(int length)
    {
        var bytes = PeekUpTo(length);
        return bytes.Length == length ? bytes : throw Damage($"{length} more bytes", $"{bytes.Length} and the end of the file");
    }

    /// <summary>So many next bytes, fewer at the end of the file.</summary>
    public ReadOnlySpan<byte> PeekUpTo(int length)
    {
        if (_end - _start < length)
            Fill(length);
        return _buffer.AsSpan(_start, Math.Min(length, _end - _start));
    }

    /// <summary>Consumes bytes that were looked at.</summary>
    public void Skip(int length)
    {
        _start += length;
        Position += length;
    }

    public LtxFormatException Damage(string expected, string found) => new(file, Position, expected, found);

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private void Fill(int length)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_buffer.Length - _start < length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < length && !_atEnd)
        {
            var read = stream.Read(_buffer.AsSpan(_end));
            _end += read;
            _atEnd = read == 0;
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// Reads what an LZ4 frame of any length contains (snapshots and WAL segments of Litestream v0.3), one block at a time; the format is
/// described at <see cref="Lz4Frame"/>. All its checksums are verified, the last one before the end is reported. The inner stream stays
/// open.
/// </summary>
internal sealed class Lz4FrameStream : Stream
{
    /// <summary>How far back a match may reach into the blocks before.</summary>
    private const int HistoryBytes = 64 * 1024;

    private readonly Stream _input;
    private readonly string _file;
    private readonly Lz4FrameHeader _header;
    private byte[] _block = [];
    private byte[] _output = [];

    // _output holds history, then what was decoded, of which _start.._end is not read yet.
    private int _start;
    private int _end;
    private long _position;
    private ulong _contentBytes;
    private XxHash32 _hash = new();
    private bool _finished;
    private bool _disposed;

    /// <summary>Reads the frame's header.</summary>
    public Lz4FrameStream(Stream input, string file)
    {
        _input = input;
        _file = file;
        Span<byte> bytes = stackalloc byte[Lz4FrameHeader.MaxSizeBytes];
        ReadExactly(bytes[..Lz4FrameHeader.MinSizeBytes], "the header of an LZ4 frame");
        var rest = Lz4FrameHeader.SizeOf(bytes) - Lz4FrameHeader.MinSizeBytes;
        ReadExactly(bytes.Slice(Lz4FrameHeader.MinSizeBytes, rest), "the header of an LZ4 frame");
        _header = Lz4FrameHeader.Parse(bytes[..(int)_position], file, 0);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_start == _end && !_finished && buffer.Length > 0)
            ReadBlock();
        var count = Math.Min(buffer.Length, _end - _start);
        _output.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        foreach (var array in (ReadOnlySpan<byte[]>)[_block, _output])
        {
            if (array.Length > 0)
                ArrayPool<byte>.Shared.Return(array);
        }
        _block = _output = [];
        base.Dispose(disposing);
    }

    private void ReadBlock()
    {
        var word = ReadWord();
        if (word == 0)
        {
            ReadEnd();
            return;
        }
        var length = word & 0x7FFFFFFF;
        if (length > (uint)_header.MaxBlockBytes)
            throw new LtxFormatException(_file, _position, $"an LZ4 block of at most {_header.MaxBlockBytes} bytes", $"{length}");
        var offset = _position;
        var block = TakeBuffers().AsSpan(0, (int)length);
        ReadExactly(block, $"{length} bytes of an LZ4 block");
        if (_header.BlockChecksums)
            CheckSum(XxHash32.Of(block));
        Decode(block, stored: word != length, offset);
    }

    private void Decode(ReadOnlySpan<byte> block, bool stored, long offset)
    {
        var history = _header.LinkedBlocks ? Math.Min(_end, HistoryBytes) : 0;
        _output.AsSpan(_end - history, history).CopyTo(_output);
        var room = _output.AsSpan(0, history + _header.MaxBlockBytes);
        int length;
        if (stored)
        {
            block.CopyTo(room[history..]);
            length = block.Length;
        }
        else
        {
            length = Lz4BlockDecoder.Decode(block, room, history, 0);
        }
        if (length < 0)
            throw new LtxFormatException(_file, offset, "an LZ4 block", "a malformed one");
        (_start, _end) = (history, history + length);
        _contentBytes += (ulong)length;
        _hash.Append(_output.AsSpan(_start, length));
    }

    private void ReadEnd()
    {
        if (_header.ContentChecksum)
            CheckSum(_hash.Finish());
        if (_header.ContentSizeBytes is { } size && size != _contentBytes)
            throw new LtxFormatException(_file, _position, $"{size} bytes of content in the LZ4 frame", $"{_contentBytes}");
        if (_input.ReadByte() >= 0)
            throw new LtxFormatException(_file, _position, "the end of the file after the LZ4 frame", "more bytes");
        _finished = true;
    }

    /// <summary>Taken at the first block, so that an empty frame costs nothing; returns the one for compressed bytes.</summary>
    private byte[] TakeBuffers()
    {
        if (_block.Length == 0)
        {
            _block = ArrayPool<byte>.Shared.Rent(_header.MaxBlockBytes);
            _output = ArrayPool<byte>.Shared.Rent(HistoryBytes + _header.MaxBlockBytes);
        }
        return _block;
    }

    private void CheckSum(uint computed)
    {
        var offset = _position;
        var stored = ReadWord();
        if (stored != computed)
            throw new LtxFormatException(_file, offset, $"LZ4 frame checksum 0x{computed:x8}", $"0x{stored:x8}");
    }

    private uint ReadWord()
    {
        Span<byte> bytes = stackalloc byte[4];
        ReadExactly(bytes, "4 more bytes of the LZ4 frame");
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private void ReadExactly(Span<byte> bytes, string what)
    {
        var read = _input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
            throw new LtxFormatException(_file, _position + read, what, "the end of the file");
        _position += read;
    }
}

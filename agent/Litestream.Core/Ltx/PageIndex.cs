using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>Where each page's frame lies in an LTX file: ascending by page number, 16 bytes of memory a page.</summary>
internal sealed class PageIndex
{
    /// <summary>Length of the index (8 bytes) and the trailer: what stands behind the varints.</summary>
    internal const int TailBytes = 8 + LtxTrailer.SizeBytes;

    /// <summary>Pages, end of the page block, the 0x00 of the index, its length, the trailer: no file is shorter.</summary>
    internal const int MinFileBytes = LtxHeader.SizeBytes + PageFrame.HeaderBytes + 1 + TailBytes;

    /// <summary>No frame is shorter: page header, size field, one LZ4 token.</summary>
    private const int MinFrameBytes = PageFrame.BlockOffset + 1;

    private static readonly int MaxFrameBytes = PageFrame.Bound(Lz4Block.MaxCompressInput);

    private readonly Slot[] _slots;

    internal PageIndex(ReadOnlySpan<IndexEntry> entries)
    {
        _slots = new Slot[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            _slots[i] = new(entries[i].Offset, entries[i].Pgno, entries[i].SizeBytes);
    }

    private PageIndex(Slot[] slots) => _slots = slots;

    public int Count => _slots.Length;

    public IndexEntry this[int i] => new(_slots[i].Pgno, _slots[i].Offset, _slots[i].SizeBytes);

    /// <summary>
    /// Reads the index from the end of a file. <paramref name="tail"/> is the file's last bytes. When it is too short to hold the index,
    /// returns null and <paramref name="neededBytes"/> says how many last bytes are needed (bounded by the file's size, else the file is
    /// damaged).
    /// </summary>
    public static PageIndex? Parse(ReadOnlySpan<byte> tail, long fileSizeBytes, string file, out int neededBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tail.Length, fileSizeBytes);
        if (fileSizeBytes < MinFileBytes)
            throw new LtxFormatException(file, fileSizeBytes, $"at least {MinFileBytes} bytes", $"{fileSizeBytes}");
        neededBytes = TailBytes;
        if (tail.Length < TailBytes)
            return null;
        var length = BinaryPrimitives.ReadUInt64BigEndian(tail[^TailBytes..]);
        var longest = Math.Min(fileSizeBytes - MinFileBytes + 1, Array.MaxLength - TailBytes);
        if (length == 0 || length > (ulong)longest)
            throw new LtxFormatException(file, fileSizeBytes - TailBytes, $"a page index of 1 to {longest} bytes", $"{length}");
        neededBytes = (int)length + TailBytes;
        if (tail.Length < neededBytes)
            return null;
        return ParseEntries(tail[^neededBytes..^TailBytes], fileSizeBytes - neededBytes, file);
    }

    /// <summary>
    /// <paramref name="start"/> is where the varints begin in the file: the frames must fill everything between the header and there.
    /// </summary>
    private static PageIndex ParseEntries(ReadOnlySpan<byte> bytes, long start, string file)
    {
        if (bytes[^1] != 0)
            throw new LtxFormatException(file, start + bytes.Length - 1, "the 0x00 that ends the page index", $"0x{bytes[^1]:x2}");
        var slots = new Slot[CountEntries(bytes, start, file)];
        long expected = LtxHeader.SizeBytes;
        var (read, previous) = (0, 0u);
        foreach (ref var slot in slots.AsSpan())
        {
            var pgno = Number(bytes, ref read, previous + 1UL, uint.MaxValue, "page number", file, start);
            var offset = Number(bytes, ref read, (ulong)expected, (ulong)expected, "frame offset", file, start);
            var size = Number(bytes, ref read, MinFrameBytes, (ulong)MaxFrameBytes, "frame size", file, start);
            slot = new((long)offset, (uint)pgno, (int)size);
            previous = (uint)pgno;
            expected += (long)size;
        }
        var end = start - PageFrame.HeaderBytes;
        if (expected != end)
            throw new LtxFormatException(file, start, $"frames in the page index up to byte {end}", $"up to byte {expected}");
        return new PageIndex(slots);
    }

    /// <summary>Exactly how many entries the varints make, so that memory is taken once and never beyond what the bytes can hold.</summary>
    private static int CountEntries(ReadOnlySpan<byte> bytes, long start, string file)
    {
        var numbers = -1;
        foreach (var value in bytes)
            numbers += value < 0x80 ? 1 : 0;
        if (numbers % 3 != 0)
            throw new LtxFormatException(file, start, "a page index of three numbers a page", $"{numbers} numbers");
        return numbers / 3;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, ref int read, ulong min, ulong max, string what, string file, long start)
    {
        var length = Varint.Read(bytes[read..], out var value);
        if (length > 0 && value >= min && value <= max)
        {
            read += length;
            return value;
        }
        var found = length == 0 ? "no number" : $"{value}";
        throw new LtxFormatException(file, start + read, $"a {what} of {min}..{max} in the page index", found);
    }

    private readonly record struct Slot(long Offset, uint Pgno, int SizeBytes);
}

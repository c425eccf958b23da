using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>
/// What the wal-index (the <c>-shm</c> mapping) says is committed. Native byte order; two copies, then the checkpoint info
/// (sqlite.org/walformat.html, 2.2):
/// <code>
///   0  48  header: iVersion, unused, iChange, isInit(1) bigEndCksum(1) szPage(2), mxFrame, nPage, aFrameCksum[2], aSalt[2], aCksum[2]
///  48  48  the same again; a reader trusts them only when both are equal
///  96   4  nBackfill: frames copied into the database
/// 100  20  aReadMark[5]
/// </code>
/// A frame is committed if and only if its number is at most <see cref="MxFrame"/>; a frame behind it may look committed and never become so.
/// </summary>
internal readonly record struct WalIndexHeader(
    uint Change, bool BigEndianChecksum, int PageSize, uint MxFrame, uint PageCount, WalChecksum FrameChecksum, WalSalts Salts, uint Backfilled)
{
    public const int CopyBytes = 48;

    /// <summary>Everything committed is in the database file already.</summary>
    public bool IsFullyBackfilled => Backfilled >= MxFrame;

    public uint Unbackfilled => MxFrame > Backfilled ? MxFrame - Backfilled : 0;

    /// <summary>One attempt at a consistent copy; false while a writer is between the two copies, or before the first use.</summary>
    public static unsafe bool TryRead(byte* mapping, out WalIndexHeader header)
    {
        header = default;
        Span<byte> first = stackalloc byte[CopyBytes];
        Span<byte> second = stackalloc byte[CopyBytes];
        new ReadOnlySpan<byte>(mapping, CopyBytes).CopyTo(first);
        Thread.MemoryBarrier();
        new ReadOnlySpan<byte>(mapping + CopyBytes, CopyBytes).CopyTo(second);
        var backfilled = Volatile.Read(ref *(uint*)(mapping + 2 * CopyBytes));
        Thread.MemoryBarrier();
        if (!first.SequenceEqual(second) || !first.SequenceEqual(new ReadOnlySpan<byte>(mapping, CopyBytes)))
            return false;
        return TryParse(first, backfilled, out header);
    }

    /// <summary>Gives a copy another format, and the checksum that belongs to it.</summary>
    public static void Seal(Span<byte> copy, uint format)
    {
        var words = MemoryMarshal.Cast<byte, uint>(copy);
        words[0] = format;
        (words[10], words[11]) = default(WalChecksum).Append(copy[..40], bigEndian: !BitConverter.IsLittleEndian);
    }

    private static bool TryParse(ReadOnlySpan<byte> copy, uint backfilled, out WalIndexHeader header)
    {
        header = default;
        var words = MemoryMarshal.Cast<byte, uint>(copy);
        var isInitialised = copy[12] != 0;
        var sum = default(WalChecksum).Append(copy[..40], bigEndian: !BitConverter.IsLittleEndian);
        if (!isInitialised || sum != new WalChecksum(words[10], words[11]))
            return false;
        var size = MemoryMarshal.Read<ushort>(copy[14..]);
        var pageSize = (size & 0xfe00) + ((size & 1) << 16);
        header = new(words[2], copy[13] != 0, pageSize, words[4], words[5], new(words[6], words[7]), WalSalts.Read(copy[32..]), backfilled);
        return true;
    }
}

namespace Litestream.Sqlite;

/// <summary>
/// Up to where a WAL was captured: generation, last captured frame (0: none of this generation) and that frame's checksum
/// (of the header when the frame is 0). Salts alone do not prove continuity: after a power loss the tail may have been
/// written anew under the same salts, so the checksum bytes must still be in place.
/// </summary>
internal readonly record struct WalPosition(WalSalts Salts, uint Frame, WalChecksum Checksum)
{
    /// <summary>Byte offset just behind the last captured frame.</summary>
    public long Offset(int pageSize) => WalFrameHeader.OffsetOf(Frame + 1, pageSize);

    /// <summary>Whether these bytes, read at the last captured frame's place, are that frame's header.</summary>
    public bool IsAt(ReadOnlySpan<byte> frameHeader)
    {
        var frame = WalFrameHeader.Read(frameHeader);
        return frame.Salts == Salts && frame.Checksum == Checksum;
    }
}

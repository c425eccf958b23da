using Litestream.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Replication;

/// <summary>
/// Looks into a WAL by a descriptor of our own: SQLite takes no lock on a <c>-wal</c>, so opening and closing it drops none.
/// </summary>
/// <param name="Salts">Of the file's header; default when it has none. They change with the first write after a reset.</param>
/// <param name="HasMoved">
/// The captured generation does not end where it was captured. A frame lies behind: committed, about to be, or never to be; only the wal-index knows. Or
/// the last captured frame is not in place: a power loss took the tail, and it may have been written anew under the same salts.
/// </param>
internal readonly record struct WalAtRest(WalSalts Salts, bool HasMoved)
{
    /// <summary>Null when the file cannot be read.</summary>
    public static WalAtRest? Read(string databasePath, WalPosition captured, int pageSize)
    {
        try
        {
            using var wal = RegularFile.OpenRead(DatabaseFiles.WalOf(databasePath));
            Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
            if (RandomAccess.Read(wal, bytes, 0) < WalHeader.SizeBytes || !WalHeader.TryParse(bytes, out var header))
                return new(default, false);
            return new(header.Salts, header.Salts == captured.Salts && (!IsInPlace(wal, captured, pageSize) || HasFrameBehind(wal, captured, pageSize)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsInPlace(SafeFileHandle wal, WalPosition captured, int pageSize)
    {
        Span<byte> last = stackalloc byte[WalFrameHeader.SizeBytes];
        return captured.Frame == 0
            || (RandomAccess.Read(wal, last, WalFrameHeader.OffsetOf(captured.Frame, pageSize)) == WalFrameHeader.SizeBytes && captured.IsAt(last));
    }

    private static bool HasFrameBehind(SafeFileHandle wal, WalPosition captured, int pageSize)
    {
        Span<byte> next = stackalloc byte[WalFrameHeader.SizeBytes];
        return RandomAccess.Read(wal, next, captured.Offset(pageSize)) == WalFrameHeader.SizeBytes && WalFrameHeader.Read(next).Salts == captured.Salts;
    }
}

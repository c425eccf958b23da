using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// Looks into a WAL by a descriptor of our own: SQLite takes no lock on a <c>-wal</c>, so opening and closing it drops none.
/// </summary>
/// <param name="Salts">Of the file's header; default when it has none. They change with the first write after a reset.</param>
/// <param name="HasFrameBehind">A frame of this generation lies behind the captured ones: committed, about to be, or never to be; only the wal-index knows.</param>
internal readonly record struct WalAtRest(WalSalts Salts, bool HasFrameBehind)
{
    /// <summary>Null when the file cannot be read.</summary>
    public static WalAtRest? Read(string databasePath, WalPosition captured, int pageSize)
    {
        try
        {
            using var wal = File.OpenHandle(DatabaseFiles.WalOf(databasePath), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
            if (RandomAccess.Read(wal, bytes, 0) < WalHeader.SizeBytes || !WalHeader.TryParse(bytes, out var header))
                return new(default, false);
            var slot = bytes[..WalFrameHeader.SizeBytes];
            var isBehind = header.Salts == captured.Salts
                && RandomAccess.Read(wal, slot, captured.Offset(pageSize)) == WalFrameHeader.SizeBytes
                && WalFrameHeader.Read(slot).Salts == captured.Salts;
            return new(header.Salts, isBehind);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// Looks into a WAL that we have no connection to, by a descriptor of our own: SQLite takes no lock on a <c>-wal</c>, so opening and closing it
/// drops none.
/// </summary>
internal static class WalAtRest
{
    /// <summary>The generation is the one of <paramref name="position"/> and no frame of it lies behind that position.</summary>
    public static bool HasNothingBehind(string databasePath, WalPosition position, int pageSize)
    {
        try
        {
            using var wal = File.OpenHandle(DatabaseFiles.WalOf(databasePath), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
            if (RandomAccess.Read(wal, bytes, 0) < WalHeader.SizeBytes)
                return position.Frame == 0;
            if (!WalHeader.TryParse(bytes, out var header) || header.Salts != position.Salts)
                return false;
            var slot = bytes[..WalFrameHeader.SizeBytes];
            return RandomAccess.Read(wal, slot, position.Offset(pageSize)) < WalFrameHeader.SizeBytes || WalFrameHeader.Read(slot).Salts != position.Salts;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}

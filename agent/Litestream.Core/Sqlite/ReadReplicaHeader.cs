using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// How page 1 of a read replica differs from what was captured (sqlite.org/fileformat2.html, 1.3), so that any SQLite reads it, sees each change, and we know
/// after a restart at which transaction it stands. It is part of page 1, so it is committed and rolled back with the data.
/// <code>
/// 18  2  file format 1, 1: rollback mode. In WAL mode readers would look for changes in a -wal
/// 24  4  change counter: low half of the transaction's number. Readers drop their caches when it is another one
/// 92  4  the same with all bits turned. SQLite compares it with the change counter and, as they differ, takes the size of the
///        database from the file; if somebody else writes to the file, SQLite makes both equal, and we see that
/// </code>
/// </summary>
internal static class ReadReplicaHeader
{
    public static void Write(Span<byte> page, ulong txid)
    {
        page[18] = page[19] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(page[24..], (uint)txid);
        BinaryPrimitives.WriteUInt32BigEndian(page[92..], ~(uint)txid);
    }

    /// <summary>The low half of the transaction that the database stands at; null when it is no read replica, or somebody wrote to it.</summary>
    public static uint? Read(ReadOnlySpan<byte> page)
    {
        var low = BinaryPrimitives.ReadUInt32BigEndian(page[24..]);
        return page[18] == 1 && page[19] == 1 && BinaryPrimitives.ReadUInt32BigEndian(page[92..]) == ~low ? low : null;
    }
}

using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// How page 1 of a read replica differs from what was captured (sqlite.org/fileformat2.html, 1.3), so that any SQLite reads it, sees each change, and we know
/// after a restart which of our changes was the last. It is part of page 1, so it is committed and rolled back with the data.
/// <code>
/// 18  2  file format 1, 1: rollback mode. In WAL mode readers would look for changes in a -wal
/// 24  4  change counter: a stamp that is another with each change, so that readers drop their caches
/// 92  4  the same with all bits turned. SQLite compares it with the change counter and, as they differ, takes the size of the
///        database from the file; if somebody else writes to the file, SQLite makes both equal, and we see that
/// </code>
/// </summary>
internal static class ReadReplicaHeader
{
    /// <param name="page">Page 1.</param>
    /// <param name="stamp">For a follower the low half of the transaction's number, for the file beside a replica one more than before.</param>
    public static void Write(Span<byte> page, uint stamp)
    {
        page[18] = page[19] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(page[24..], stamp);
        BinaryPrimitives.WriteUInt32BigEndian(page[92..], ~stamp);
    }

    /// <summary>The stamp of the last change; null when it is no read replica, or somebody wrote to it.</summary>
    public static uint? Read(ReadOnlySpan<byte> page)
    {
        var stamp = CounterOf(page);
        return page[18] == 1 && page[19] == 1 && BinaryPrimitives.ReadUInt32BigEndian(page[92..]) == ~stamp ? stamp : null;
    }

    public static uint CounterOf(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32BigEndian(page[24..]);
}

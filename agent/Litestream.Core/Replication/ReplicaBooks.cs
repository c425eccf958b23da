using Litestream.Ltx;
using Microsoft.Data.Sqlite;

namespace Litestream.Replication;

/// <summary>What the <see cref="Books"/> know of one replica, by its identity: how far each database is published there, and which files lie there.</summary>
internal sealed class ReplicaBooks(Books books, string replica)
{
    public IReadOnlyDictionary<string, ReplicaEntry> LoadAll() => books.Query(
        """
        SELECT name, published, last_sync_at, due_at, day,
            (SELECT MAX(created_at) FROM file WHERE file.replica = r.replica AND file.name = r.name AND level IN (0, 1, 9) AND min = 1)
        FROM replica AS r WHERE replica = $replica
        """,
        row => (Name: row.GetString(0), Entry: new ReplicaEntry(new((ulong)row.GetInt64(1)), TimeOf(row, 2), TimeOf(row, 3), row.IsDBNull(4) ? null : DateOnly.FromDayNumber(row.GetInt32(4)))
        {
            LastSnapshotAt = TimeOf(row, 5),
        }),
        ("$replica", replica)).ToDictionary(r => r.Name, r => r.Entry, StringComparer.Ordinal);

    public void Save(string name, ReplicaEntry entry) => books.Change(() => Write(name, entry));

    /// <summary>A file was published: the entry and the file in one transaction.</summary>
    public void Confirm(string name, ReplicaEntry entry, LtxFile file) => books.Change(() =>
    {
        Write(name, entry);
        WriteFile(name, file);
    });

    public void AddFile(string name, LtxFile file) => books.Change(() => WriteFile(name, file));

    /// <summary>Replaces what is known of the files by what a listing showed.</summary>
    public void ReplaceFiles(string name, IReadOnlyList<LtxFile> files) => books.Change(() =>
    {
        books.Run("DELETE FROM file WHERE replica = $replica AND name = $name", ("$replica", replica), ("$name", name));
        foreach (var file in files)
            WriteFile(name, file);
    });

    public void RemoveFiles(string name, IReadOnlyList<LtxFile> files) => books.Change(() =>
    {
        foreach (var file in files)
        {
            books.Run("DELETE FROM file WHERE replica = $replica AND name = $name AND level = $level AND min = $min AND max = $max",
                ("$replica", replica), ("$name", name), ("$level", file.Level), ("$min", (long)file.MinTxid.Value), ("$max", (long)file.MaxTxid.Value));
        }
    });

    /// <summary>Published files of one level, ascending.</summary>
    public IReadOnlyList<LtxFile> Files(string name, int level) => books.Query(
        "SELECT level, min, max, size, created_at FROM file WHERE replica = $replica AND name = $name AND level = $level ORDER BY min, max",
        ReadFile, ("$replica", replica), ("$name", name), ("$level", level));

    /// <summary>All published files, by level, ascending.</summary>
    public IReadOnlyList<LtxFile> AllFiles(string name) => books.Query(
        "SELECT level, min, max, size, created_at FROM file WHERE replica = $replica AND name = $name ORDER BY level, min, max",
        ReadFile, ("$replica", replica), ("$name", name));

    private void Write(string name, ReplicaEntry entry) => books.Run(
        "INSERT OR REPLACE INTO replica VALUES ($replica, $name, $published, $last_sync_at, $due_at, $day)",
        ("$replica", replica), ("$name", name), ("$published", (long)entry.Published.Value),
        ("$last_sync_at", entry.LastSyncAt?.ToUnixTimeMilliseconds()), ("$due_at", entry.DueAt?.ToUnixTimeMilliseconds()),
        ("$day", entry.Day?.DayNumber));

    private void WriteFile(string name, LtxFile file) => books.Run(
        "INSERT OR REPLACE INTO file VALUES ($replica, $name, $level, $min, $max, $size, $created_at)",
        ("$replica", replica), ("$name", name), ("$level", file.Level), ("$min", (long)file.MinTxid.Value), ("$max", (long)file.MaxTxid.Value),
        ("$size", file.SizeBytes), ("$created_at", file.CreatedAt.ToUnixTimeMilliseconds()));

    private static LtxFile ReadFile(SqliteDataReader row) =>
        new(row.GetInt32(0), new((ulong)row.GetInt64(1)), new((ulong)row.GetInt64(2)), row.GetInt64(3), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)));

    private static DateTimeOffset? TimeOf(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}

namespace Litestream;

/// <summary>What a directory watcher saw of a database, coalesced: the most telling one since the last look.</summary>
[Flags]
public enum FileEvent
{
    None = 0,

    /// <summary>The WAL was created, written or removed.</summary>
    Wal = 1,

    /// <summary>The database file was written: a checkpoint, or a rollback-mode commit.</summary>
    Database = 2,

    /// <summary>Another file stands at the path (created, renamed to it), or none any more.</summary>
    Appeared = 4,

    /// <summary>The periodic sweep: nothing was seen, look all the same.</summary>
    Sweep = 8,

    /// <summary>The same, where the directory shows that no file came or went in it since the sweep before: whoever rests without a WAL is looked at by its database file alone.</summary>
    Glance = 16,
}

namespace Litestream;

/// <summary>The finer cause behind a <see cref="DatabaseStatus"/>: a closed list, each with its remedy in <see cref="DatabaseSnapshot.Detail"/>.</summary>
public enum DatabaseReason
{
    None,
    /// <summary>Registered, waits for its first look.</summary>
    Pending,
    /// <summary>The first full copy is being made or sent.</summary>
    FirstCopy,
    /// <summary>Connections open, rounds are made.</summary>
    Hot,
    /// <summary>No connection, nothing to do.</summary>
    Cold,
    /// <summary>A zero-byte file: becomes a database with its first write.</summary>
    EmptyFile,
    /// <summary>Written less than a second ago in rollback mode: its creator may still choose a page size.</summary>
    BeingCreated,
    /// <summary>The file does not begin like a SQLite database (or is encrypted).</summary>
    NotADatabase,
    /// <summary>An application holds it with locking_mode=EXCLUSIVE, or a long lock.</summary>
    Locked,
    /// <summary>In rollback journal mode, and we were told to leave it, or could not switch it.</summary>
    RollbackJournal,
    /// <summary>A WAL format this program does not know (wal2).</summary>
    UnsupportedFormat,
    /// <summary>We may not read or write the file or its directory.</summary>
    Permission,
    /// <summary>The file belongs to another user; opening it would lock its owner out of its own WAL.</summary>
    ForeignOwner,
    /// <summary>SQLite says the database or its WAL is malformed.</summary>
    Corrupt,
    /// <summary>No room in the database's directory.</summary>
    DatabaseDiskFull,
    /// <summary>No room in the state directory.</summary>
    StateDiskFull,
    /// <summary>No room in the replica.</summary>
    ReplicaDiskFull,
    /// <summary>The replica does not answer, or refuses.</summary>
    ReplicaUnavailable,
    /// <summary>A file of the replica is damaged.</summary>
    ReplicaDamaged,
    /// <summary>The waiting L0 files reached the spool's cap.</summary>
    SpoolFull,
    /// <summary>Somebody else wrote to this replica less than a minute ago; looked at again when that minute is over.</summary>
    RecentForeignWriter,
    /// <summary>The same transaction was published by another writer.</summary>
    ForeignTransaction,
    /// <summary>A newer epoch was found in the replica.</summary>
    NewerEpoch,
    /// <summary>The database file is gone; its backup is kept.</summary>
    FileMissing,
    /// <summary>Paused by a person.</summary>
    PausedByUser,
    /// <summary>This host gave it up; taking it over ends that.</summary>
    Released,
    /// <summary>Anything else; see the detail.</summary>
    Other,
}

namespace Litestream.Fleet;

/// <summary>The closed list of a client's <c>reason</c>: the finer cause behind its status. Null in JSON when there is nothing to say.</summary>
public static class ReasonWords
{
    public const string Pending = "pending";
    public const string FirstCopy = "first-copy";
    public const string Hot = "hot";
    public const string Cold = "cold";
    public const string EmptyFile = "empty-file";
    public const string BeingCreated = "being-created";
    public const string NotADatabase = "not-a-database";
    public const string Locked = "locked";
    public const string RollbackJournal = "rollback-journal";
    public const string UnsupportedFormat = "unsupported-format";
    public const string Permission = "permission";
    public const string ForeignOwner = "foreign-owner";
    public const string Corrupt = "corrupt";
    public const string DatabaseDiskFull = "database-disk-full";
    public const string StateDiskFull = "state-disk-full";
    public const string ReplicaDiskFull = "replica-disk-full";
    public const string ReplicaUnavailable = "replica-unavailable";
    public const string ReplicaDamaged = "replica-damaged";
    public const string SpoolFull = "spool-full";
    public const string RecentForeignWriter = "recent-foreign-writer";
    public const string ForeignTransaction = "foreign-transaction";
    public const string NewerEpoch = "newer-epoch";
    public const string FileMissing = "file-missing";
    public const string PausedByUser = "paused-by-user";
    public const string Released = "released";
    public const string Other = "other";

    public static IReadOnlyList<string> All { get; } =
    [
        Pending, FirstCopy, Hot, Cold, EmptyFile, BeingCreated, NotADatabase, Locked, RollbackJournal, UnsupportedFormat,
        Permission, ForeignOwner, Corrupt, DatabaseDiskFull, StateDiskFull, ReplicaDiskFull, ReplicaUnavailable, ReplicaDamaged,
        SpoolFull, RecentForeignWriter, ForeignTransaction, NewerEpoch, FileMissing, PausedByUser, Released, Other,
    ];
}

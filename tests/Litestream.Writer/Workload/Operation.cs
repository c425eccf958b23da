namespace Litestream.Writer.Workload;

/// <summary>One thing an application does to a database.</summary>
internal enum Operation
{
    Insert,
    Update,
    Delete,
    /// <summary>Nothing but the writer's line of <c>progress</c>: one page, the smallest transaction there is.</summary>
    Count,
    /// <summary>A blob of up to half a megabyte; old ones go.</summary>
    Large,
    /// <summary>Many rows through a small cache, so that frames reach the WAL, then ROLLBACK.</summary>
    Rollback,
    Vacuum,
    /// <summary>Deletes half of the rows and gives pages back where auto_vacuum is incremental.</summary>
    Shrink,
    /// <summary>wal_checkpoint in a mode chosen at random.</summary>
    Checkpoint,
    /// <summary>Closes the connection; the next operation opens it again.</summary>
    Reopen,
}

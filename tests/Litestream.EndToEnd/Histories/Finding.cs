namespace Litestream.EndToEnd.Histories;

/// <summary>What must never happen.</summary>
internal enum Finding
{
    /// <summary>A commit that a sync acknowledged, or an earlier restore had, is not in a later restore.</summary>
    SyncedCommitLost,
    /// <summary>A restored database fails integrity_check.</summary>
    Unsound,
    /// <summary>A restored database is not the beginning of what its application committed.</summary>
    NoPrefix,
    /// <summary>A restore that is not proven.</summary>
    NoProof,
    /// <summary>A replica that held something does not restore.</summary>
    NotRestorable,
    /// <summary>Everything synced, and yet the restored content differs.</summary>
    Unequal,
    /// <summary>The application's own database lost a commit or is damaged.</summary>
    LiveHarmed,
    /// <summary>A restore of a damaged replica is refused without saying what is missing or damaged.</summary>
    NotNamed,
    /// <summary>An object of a replica has another content than it had.</summary>
    Overwritten,
    /// <summary>A database is not replicated, and nothing says why; or for longer than it may be.</summary>
    Stuck,
    /// <summary>More memory or disk than may be used.</summary>
    OverCap,
    /// <summary>The fleet's API fails by itself, or shows what is not so.</summary>
    WrongView,
    /// <summary>A program ended by itself, or did not come back.</summary>
    Other,
}

namespace Litestream.EndToEnd.Crash;

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
    /// <summary>A program ended by itself, or did not come back.</summary>
    Other,
}

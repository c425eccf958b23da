using Litestream.Fleet;
using Litestream.Storage;

namespace Litestream.Agent.Api;

/// <summary>The engine's states in the words of the contract.</summary>
internal static class Words
{
    public static string Of(DatabaseStatus status) => status switch
    {
        DatabaseStatus.Active => StatusWords.Active,
        DatabaseStatus.Waiting => StatusWords.Waiting,
        DatabaseStatus.Paused => StatusWords.Paused,
        DatabaseStatus.SplitBrain => StatusWords.SplitBrain,
        DatabaseStatus.Lost => StatusWords.Lost,
        _ => StatusWords.Error,
    };

    public static string Of(Fencing fencing) => fencing switch
    {
        Fencing.Enforced => FencingWords.Enforced,
        Fencing.Advisory => FencingWords.Advisory,
        _ => FencingWords.Unknown,
    };

    /// <summary>Null when there is nothing to say.</summary>
    public static string? Of(DatabaseReason reason) => reason switch
    {
        DatabaseReason.None => null,
        DatabaseReason.Pending => ReasonWords.Pending,
        DatabaseReason.FirstCopy => ReasonWords.FirstCopy,
        DatabaseReason.Hot => ReasonWords.Hot,
        DatabaseReason.Cold => ReasonWords.Cold,
        DatabaseReason.EmptyFile => ReasonWords.EmptyFile,
        DatabaseReason.BeingCreated => ReasonWords.BeingCreated,
        DatabaseReason.NotADatabase => ReasonWords.NotADatabase,
        DatabaseReason.Locked => ReasonWords.Locked,
        DatabaseReason.RollbackJournal => ReasonWords.RollbackJournal,
        DatabaseReason.UnsupportedFormat => ReasonWords.UnsupportedFormat,
        DatabaseReason.Permission => ReasonWords.Permission,
        DatabaseReason.ForeignOwner => ReasonWords.ForeignOwner,
        DatabaseReason.Corrupt => ReasonWords.Corrupt,
        DatabaseReason.DatabaseDiskFull => ReasonWords.DatabaseDiskFull,
        DatabaseReason.StateDiskFull => ReasonWords.StateDiskFull,
        DatabaseReason.ReplicaDiskFull => ReasonWords.ReplicaDiskFull,
        DatabaseReason.ReplicaUnavailable => ReasonWords.ReplicaUnavailable,
        DatabaseReason.ReplicaDamaged => ReasonWords.ReplicaDamaged,
        DatabaseReason.SpoolFull => ReasonWords.SpoolFull,
        DatabaseReason.RecentForeignWriter => ReasonWords.RecentForeignWriter,
        DatabaseReason.ForeignTransaction => ReasonWords.ForeignTransaction,
        DatabaseReason.NewerEpoch => ReasonWords.NewerEpoch,
        DatabaseReason.FileMissing => ReasonWords.FileMissing,
        DatabaseReason.PausedByUser => ReasonWords.PausedByUser,
        DatabaseReason.Released => ReasonWords.Released,
        _ => ReasonWords.Other,
    };
}

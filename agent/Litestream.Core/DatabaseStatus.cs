namespace Litestream;

/// <summary>What a database is doing, in one word. <see cref="DatabaseReason"/> says why.</summary>
public enum DatabaseStatus
{
    /// <summary>Replicated; hot and cold alike.</summary>
    Active,

    /// <summary>Not replicated yet, through nobody's fault: the file is not a database yet, or somebody holds it.</summary>
    Waiting,

    /// <summary>Stopped by a person.</summary>
    Paused,

    /// <summary>Something is wrong; retried with backoff.</summary>
    Error,

    /// <summary>Another writer owns this replica's chain; nothing is touched until a person decides.</summary>
    SplitBrain,

    /// <summary>Taken over by another host.</summary>
    Lost,
}

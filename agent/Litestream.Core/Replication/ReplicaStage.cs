namespace Litestream.Replication;

/// <summary>How a replica of a database stands to what is captured.</summary>
internal enum ReplicaStage : byte
{
    /// <summary>Not looked at since the start, or found to be other than believed. Staged files wait for it meanwhile.</summary>
    Unknown,

    /// <summary>It cannot be continued: the capture lane stages an image for it.</summary>
    NeedsImage,

    /// <summary>The staged files continue it.</summary>
    Follows,
}

namespace Litestream.Sqlite;

/// <summary>What a checkpoint answered: frames in the WAL, and how many of them are in the database now (both -1 when not in WAL mode, or when somebody else checkpoints).</summary>
internal readonly record struct CheckpointResult(int LogFrames, int CheckpointedFrames)
{
    public bool WasRefused => LogFrames < 0;

    public bool IsComplete => LogFrames >= 0 && LogFrames == CheckpointedFrames;
}

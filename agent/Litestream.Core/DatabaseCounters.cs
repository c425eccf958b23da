namespace Litestream;

/// <summary>What was done for a database since the program started.</summary>
public sealed record DatabaseCounters
{
    internal static readonly DatabaseCounters None = new();

    /// <summary>Rounds that captured something.</summary>
    public long Syncs { get; init; }

    public long SyncErrors { get; init; }

    /// <summary>Time spent in rounds, in seconds.</summary>
    public double SyncSeconds { get; init; }

    /// <summary>WAL bytes captured.</summary>
    public long WalBytes { get; init; }

    public long Checkpoints { get; init; }

    public long CheckpointErrors { get; init; }

    public double CheckpointSeconds { get; init; }

    public long Resyncs { get; init; }

    /// <summary>Live checks that found pages which were not what was captured.</summary>
    public long FailedChecks { get; init; }

    public long PublishErrors { get; init; }
}

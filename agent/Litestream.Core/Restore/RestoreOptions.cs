using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>What to restore, and how.</summary>
public sealed record RestoreOptions
{
    /// <summary>Absolute path of the database to write. It must not exist, unless <see cref="Force"/>.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Restore exactly up to this transaction. Not together with <see cref="Timestamp"/>.</summary>
    public Txid? Txid { get; init; }

    /// <summary>Restore the newest state captured strictly before this time.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Range reads in flight. Default 8.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>Replace an existing output (and remove its <c>-wal</c>, <c>-shm</c>, <c>-journal</c>).</summary>
    public bool Force { get; init; }

    /// <summary>SQLite's own check of the result, before it gets its name. Default none: the proof needs no SQLite.</summary>
    public IntegrityCheck IntegrityCheck { get; init; }
}

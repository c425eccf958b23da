namespace Litestream;

/// <summary>How a <see cref="Store"/> works. Checked once, when the store opens.</summary>
public sealed record StoreOptions
{
    /// <summary>Folder for books, page tables and staged files, used by this store alone. Required. Losing it costs a resync, never data.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Longest time from a commit to its capture. Default 1 s, at least 50 ms. Shorter costs more and smaller files.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A database without writes for so long is closed. Default 30 s; longer by itself for large ones (20 x the time of a full difference).</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Databases with open connections at the same time; when it is reached, those quiet for a second are closed, and first looks wait. Default 2,000 (5 descriptors and 80 KB each).</summary>
    public int MaxHot { get; init; } = 2000;

    /// <summary>What replicas can be restored to that say nothing of their own (<see cref="Storage.ReplicaAccess.Points"/>).</summary>
    public RestorePoints Points { get; init; } = new();

    /// <summary>A database in use is compared whole with what was captured at least this often, and after every resync. Default 24 h.</summary>
    public TimeSpan LiveCheckInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most bytes of captured, unpublished L0 files over all databases. Default 1 GB; one larger file passes.</summary>
    public long SpoolCapBytes { get; init; } = 1_000_000_000;

    /// <summary>A WAL above this is truncated after a complete checkpoint. Default 64 MB.</summary>
    public long WalCapBytes { get; init; } = 64_000_000;

    /// <summary>Publishing operations at the same time. Default 32.</summary>
    public int MaxUploads { get; init; } = 32;

    /// <summary>Databases worked on at the same time. Default: twice the processors, at least 4.</summary>
    public int MaxWorkers { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Leave rollback-journal databases as they are and list them as not replicated. Default: switch them to WAL once.</summary>
    public bool KeepJournalMode { get; init; }

    /// <summary>Throws <see cref="LitestreamException"/> for values that cannot work.</summary>
    internal void Check()
    {
        Require(SyncInterval >= TimeSpan.FromMilliseconds(50), $"the sync interval is {SyncInterval.TotalMilliseconds} ms, it must be at least 50 ms");
        Require(MaxHot >= 1 && MaxUploads >= 1 && MaxWorkers >= 2, "at least one open database, one upload and two workers are needed");
        Points.Check();
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new LitestreamException($"These options cannot work: {otherwise}");
    }
}

namespace Litestream;

/// <summary>How a <see cref="Store"/> works. Checked once, when the store opens.</summary>
public sealed record StoreOptions
{
    /// <summary>Folder for books, page tables and staged files, used by this store alone. Required. Losing it costs a resync, never data.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>
    /// Where databases are restored to that nobody keeps (drills, and what goes in place). Default: in <see cref="StateDirectory"/>; it needs room for the largest
    /// that is restored.
    /// </summary>
    public string? ScratchDirectory { get; init; }

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

    /// <summary>Default null: nobody else is told whose the databases are, and names that are created once keep two writers apart.</summary>
    public OwnershipLease? Lease { get; init; }

    /// <summary>Asked, with a database's name, before the chain of another writer is gone on with and no person asked for that. Default null: there is nobody to ask.</summary>
    internal Func<OwnershipQuestion, CancellationToken, Task<OwnershipAnswer>>? MayTakeOver { get; init; }

    /// <summary>Where the machine's id stands.</summary>
    internal string MachineIdFile { get; init; } = MachineId.DefaultFile;

    /// <summary>Publishing operations at the same time. Default 32.</summary>
    public int MaxUploads { get; init; } = 32;

    /// <summary>Databases worked on at the same time. Default: twice the processors, at least 4.</summary>
    public int MaxWorkers { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>
    /// Memory for page buffers: what capturing, merging and reading chains hold at the same time. Default 256 MiB, at least 4 MiB. A small one makes fewer
    /// work at a time, and read in smaller pieces; <see cref="MaxUploads"/> and <see cref="MaxWorkers"/> are upper bounds beside it.
    /// </summary>
    public long BufferBytes { get; init; } = 256L << 20;

    /// <summary>The least that works: two databases captured, one merged.</summary>
    public const long LeastBufferBytes = 4L << 20;

    /// <summary>What one range read in flight and its decoded pages take.</summary>
    public const long ReadBytes = 2L << 20;

    /// <summary>A quarter goes to capturing: a piece of the WAL, a run of pages and a file under construction for each worker.</summary>
    internal int Workers => (int)Math.Clamp(BufferBytes / 4 / (3L << 19), 2, MaxWorkers);

    /// <summary>Half goes to publishing, where files are merged and chains are read.</summary>
    internal int Uploads => (int)Math.Clamp(BufferBytes / 2 / ReadBytes, 1, MaxUploads);

    /// <summary>Of which each one at work has so much.</summary>
    internal long UploadBytes => BufferBytes / 2 / Uploads;

    /// <summary>Leave rollback-journal databases as they are and list them as not replicated. Default: switch them to WAL once.</summary>
    public bool KeepJournalMode { get; init; }

    /// <summary>
    /// Begin although another copy of SQLite is loaded in this process, beside the one that Microsoft.Data.Sqlite and the engine use. Default: refuse. Only
    /// for one that never opens a database of this store: it would drop the file locks of both, and they would go on without.
    /// </summary>
    public bool AllowsOtherSqlite { get; init; }

    /// <summary>Throws <see cref="LitestreamException"/> for values that cannot work.</summary>
    internal void Check()
    {
        Require(SyncInterval >= TimeSpan.FromMilliseconds(50), $"the sync interval is {SyncInterval.TotalMilliseconds} ms, it must be at least 50 ms");
        Require(MaxHot >= 1 && MaxUploads >= 1 && MaxWorkers >= 2, "at least one open database, one upload and two workers are needed");
        Require(BufferBytes >= LeastBufferBytes, $"{BufferBytes} bytes of page buffers were given, at least {LeastBufferBytes} are needed");
        Require(Lease is not { Length.Ticks: <= 0 }, "the lease has no length");
        Points.Check();
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new LitestreamException($"These options cannot work: {otherwise}");
    }
}

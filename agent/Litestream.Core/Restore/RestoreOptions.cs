using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>What to restore, and how.</summary>
public sealed record RestoreOptions
{
    /// <summary>
    /// Absolute path of the database to write. It must not exist, or be empty, unless <see cref="Force"/>. It keeps owner and mode of a file that it replaces;
    /// else, where root restores it, it belongs to the owner of its folder.
    /// </summary>
    public required string OutputPath { get; init; }

    /// <summary>Restore exactly up to this transaction. Not together with <see cref="Timestamp"/>.</summary>
    public Txid? Txid { get; init; }

    /// <summary>Restore the newest state captured strictly before this time.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Range reads in flight. Default 8. Each costs at most 2 MiB of memory.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>Replace an existing output (and remove its <c>-wal</c>, <c>-shm</c>, <c>-journal</c>).</summary>
    public bool Force { get; init; }

    /// <summary>SQLite's own check of the result, before it gets its name. Default none: the proof needs no SQLite.</summary>
    public IntegrityCheck IntegrityCheck { get; init; }

    /// <summary>The header is made that of a database that <see cref="Follower"/> goes on with.</summary>
    internal bool AsReadReplica { get; init; }

    /// <summary>Called when the result is proven, before it gets its name; what it throws ends the restore.</summary>
    internal Action<RestoredPages>? BeforeNaming { get; init; }

    /// <summary>
    /// Only its pages are wanted, for a later restore to the same output: it ends with <see cref="SeededException"/> when they are there and proven, whatever stands at the
    /// output meanwhile. Of a small database nothing is kept: it is fetched as fast.
    /// </summary>
    internal bool IsSeed { get; init; }

    /// <summary>What the seeds before it have written, for a restore that others wait for; each of them has the same one.</summary>
    internal SeededPages? Seeded { get; init; }

    /// <summary>Nobody but this user may read it: it is thrown away later.</summary>
    internal bool IsPrivate { get; init; }

    /// <summary>
    /// The folder of <see cref="OutputPath"/> by a name that holds on to it (<c>/proc/self/fd/N</c>), for a path that somebody may lead elsewhere meanwhile: everything
    /// is made there and by that name. Null: as the path leads.
    /// </summary>
    internal string? HeldFolder { get; init; }

    /// <summary>A file whose owner and mode a new output gets; null: those of any new file, and of root's the folder's owner.</summary>
    internal string? ModelPath { get; init; }

    /// <summary>Throws <see cref="LitestreamException"/> for what cannot be meant.</summary>
    internal void Check()
    {
        if (!Path.IsPathFullyQualified(OutputPath) || Path.EndsInDirectorySeparator(OutputPath))
            throw new LitestreamException($"restore to \"{OutputPath}\": expected the absolute path of a file");
        if (Txid is not null && Timestamp is not null)
            throw new LitestreamException("restore: expected a transaction or a timestamp, found both", hint: "leave out -txid or -timestamp");
        if (Txid is { IsNone: true })
            throw new LitestreamException("restore: transactions are counted from 1, found 0");
        if (Parallelism is < 1 or > MaxParallelism)
            throw new LitestreamException($"restore: expected 1 to {MaxParallelism} reads in flight, found {Parallelism}", hint: "change -parallelism");
    }

    /// <summary>Half a gigabyte of buffers; no replica answers faster for more.</summary>
    private const int MaxParallelism = 256;
}

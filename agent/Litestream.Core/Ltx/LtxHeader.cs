namespace Litestream.Ltx;

/// <summary>The 100 bytes at the beginning of an LTX file. Flags are always NoChecksum, the pre-apply checksum always 0 in files we write.</summary>
public readonly record struct LtxHeader
{
    public const int SizeBytes = 100;

    /// <summary>512..65536, a power of two.</summary>
    public required int PageSize { get; init; }

    /// <summary>Size of the database in pages after the file is applied.</summary>
    public required uint Commit { get; init; }

    public required Txid MinTxid { get; init; }

    public required Txid MaxTxid { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>Where in the WAL the captured frames began, in bytes; 0 when the file does not come from a WAL.</summary>
    public long WalOffset { get; init; }

    /// <summary>How many WAL bytes were captured.</summary>
    public long WalSize { get; init; }

    public uint WalSalt1 { get; init; }

    public uint WalSalt2 { get; init; }

    /// <summary>Who wrote it: agent instance in the upper, epoch in the lower 32 bits; 0 for genuine Litestream and for compactions.</summary>
    public ulong NodeId { get; init; }

    /// <summary>Our proof in the reserved bytes; null in files without our tag.</summary>
    public Proof? Proof { get; init; }

    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(TimestampMs);

    /// <summary>Writes exactly <see cref="SizeBytes"/> bytes.</summary>
    public void Write(Span<byte> destination) => throw new NotImplementedException();

    /// <summary>Reads and validates 100 bytes; <paramref name="file"/> names the file in errors.</summary>
    public static LtxHeader Parse(ReadOnlySpan<byte> source, string file) => throw new NotImplementedException();
}

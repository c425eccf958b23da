using System.Buffers.Binary;
using System.Numerics;

namespace Litestream.Ltx;

/// <summary>
/// The 100 bytes at the beginning of an LTX file. Flags are always NoChecksum, the pre-apply checksum always 0 in files we write.
/// </summary>
internal readonly record struct LtxHeader
{
    public const int SizeBytes = 100;

    private const uint Magic = 0x4C545831;
    private const uint NoChecksumFlag = 2;
    private const long FirstMs = -62_135_596_800_000;
    private const long LastMs = 253_402_300_799_999;
    private const byte HasPre = 1;
    private const byte HasPost = 2;

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

    /// <summary>
    /// Who wrote it: agent instance in the upper, epoch in the lower 32 bits; 0 for genuine Litestream and for compactions.
    /// </summary>
    public ulong NodeId { get; init; }

    /// <summary>Our proof in the reserved bytes; null in files without our tag.</summary>
    public Proof? Proof { get; init; }

    private static ReadOnlySpan<byte> ProofTag => "LF\u0001"u8;

    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(TimestampMs);

    /// <summary>
    /// Writes exactly <see cref="SizeBytes"/> bytes. Throws <see cref="InvalidOperationException"/> for values that no reader would
    /// accept.
    /// </summary>
    public void Write(Span<byte> destination)
    {
        if (FirstFault() is { } fault)
            throw new InvalidOperationException($"LTX header: expected {fault.Expected}, found {fault.Found}");
        destination = destination[..SizeBytes];
        destination.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], NoChecksumFlag);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], PageSize);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Commit);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], MinTxid.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], MaxTxid.Value);
        BinaryPrimitives.WriteInt64BigEndian(destination[32..], TimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(destination[48..], WalOffset);
        BinaryPrimitives.WriteInt64BigEndian(destination[56..], WalSize);
        BinaryPrimitives.WriteUInt32BigEndian(destination[64..], WalSalt1);
        BinaryPrimitives.WriteUInt32BigEndian(destination[68..], WalSalt2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[72..], NodeId);
        WriteProof(destination[80..]);
    }

    /// <summary>Reads and validates 100 bytes; <paramref name="file"/> names the file in errors.</summary>
    public static LtxHeader Parse(ReadOnlySpan<byte> source, string file)
    {
        if (source.Length < SizeBytes)
            throw new LtxFormatException(file, source.Length, $"a header of {SizeBytes} bytes", $"{source.Length} bytes");
        var magic = BinaryPrimitives.ReadUInt32BigEndian(source);
        if (magic != Magic)
            throw new LtxFormatException(file, 0, "LTX1 (0x4c545831)", $"0x{magic:x8}");
        CheckFlags(source, file);
        var header = new LtxHeader
        {
            // Out of range becomes negative, which the validation below rejects.
            PageSize = BinaryPrimitives.ReadInt32BigEndian(source[8..]),
            Commit = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            MinTxid = new(BinaryPrimitives.ReadUInt64BigEndian(source[16..])),
            MaxTxid = new(BinaryPrimitives.ReadUInt64BigEndian(source[24..])),
            TimestampMs = BinaryPrimitives.ReadInt64BigEndian(source[32..]),
            WalOffset = BinaryPrimitives.ReadInt64BigEndian(source[48..]),
            WalSize = BinaryPrimitives.ReadInt64BigEndian(source[56..]),
            WalSalt1 = BinaryPrimitives.ReadUInt32BigEndian(source[64..]),
            WalSalt2 = BinaryPrimitives.ReadUInt32BigEndian(source[68..]),
            NodeId = BinaryPrimitives.ReadUInt64BigEndian(source[72..]),
            Proof = ReadProof(source[80..]),
        };
        if (header.FirstFault() is { } fault)
            throw new LtxFormatException(file, fault.Offset, fault.Expected, fault.Found);
        return header;
    }

    /// <summary>Whether the file carries database checksums (Litestream never does; other LTX writers may).</summary>
    internal static bool TracksChecksums(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0;

    private static void CheckFlags(ReadOnlySpan<byte> source, string file)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        if (flags is not (0 or NoChecksumFlag))
            throw new LtxFormatException(file, 4, "header flags 0 or 2", $"0x{flags:x8}");
        var pre = BinaryPrimitives.ReadUInt64BigEndian(source[40..]);
        var isImage = BinaryPrimitives.ReadUInt64BigEndian(source[16..]) == 1;
        if (flags == NoChecksumFlag || isImage ? pre != 0 : pre < LtxTrailer.ChecksumFlag)
            throw new LtxFormatException(file, 40, "a pre-apply checksum as the flags say", $"0x{pre:x16}");
    }

    private (int Offset, string Expected, string Found)? FirstFault()
    {
        if (PageSize is < 512 or > 65536 || !BitOperations.IsPow2(PageSize))
            return (8, "a page size of 512 to 65536, a power of two", $"{PageSize}");
        if (MinTxid.IsNone || MaxTxid < MinTxid)
            return (16, "transactions from 1 on, in order", $"{MinTxid}-{MaxTxid}");
        if (TimestampMs < FirstMs || TimestampMs > LastMs)
            return (32, "a time in the years 1 to 9999", $"{TimestampMs} ms");
        if (WalOffset < 0 || WalSize < 0)
            return (48, "a WAL range that is not negative", $"{WalOffset}+{WalSize}");
        if (WalOffset == 0 && (WalSize != 0 || WalSalt1 != 0 || WalSalt2 != 0))
            return (56, "no WAL size and salts without a WAL offset", $"size {WalSize}, salts {WalSalt1:x8} {WalSalt2:x8}");
        return null;
    }

    /// <summary>
    /// Bytes 80..99: 'L' 'F' version flags, pre sum, post sum. Upstream ignores them; they stand as far back as they can.
    /// </summary>
    private void WriteProof(Span<byte> reserved)
    {
        if (Proof is not { } proof)
            return;
        ProofTag.CopyTo(reserved);
        reserved[3] = (byte)(HasPost | (proof.Pre is null ? 0 : HasPre));
        BinaryPrimitives.WriteUInt64BigEndian(reserved[4..], proof.Pre ?? 0);
        BinaryPrimitives.WriteUInt64BigEndian(reserved[12..], proof.Post);
    }

    private static Proof? ReadProof(ReadOnlySpan<byte> reserved)
    {
        if (!reserved.StartsWith(ProofTag) || (reserved[3] & HasPost) == 0)
            return null;
        ulong? pre = (reserved[3] & HasPre) == 0 ? null : BinaryPrimitives.ReadUInt64BigEndian(reserved[4..]);
        return new Proof(pre, BinaryPrimitives.ReadUInt64BigEndian(reserved[12..]));
    }
}

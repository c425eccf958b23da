using System.Buffers.Binary;
using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

/// <summary>LTX files to test with.</summary>
internal static class SampleLtx
{
    public static LtxHeader Header(int pageSize, uint commit, ulong min = 5, ulong max = 5) =>
        new() { PageSize = pageSize, Commit = commit, MinTxid = new(min), MaxTxid = new(max), TimestampMs = 1_760_000_000_000 };

    public static byte[] Encode(LtxHeader header, IEnumerable<(uint Pgno, byte[] Data)> pages, Proof? proof = null)
    {
        using var output = new MemoryStream();
        using var encoder = new LtxEncoder(output, header);
        foreach (var (pgno, data) in pages)
            encoder.WritePage(pgno, data);
        var length = proof is { } known ? encoder.Finish(known) : encoder.Finish();
        Assert.Equal(length, output.Length);
        return output.ToArray();
    }

    public static List<(uint Pgno, byte[] Data)> Pages(Random random, int pageSize, params IEnumerable<uint> numbers) =>
        [.. numbers.Select(pgno => (pgno, SamplePages.Any(random, pageSize)))];

    /// <summary>
    /// A file as Litestream up to 0.5.15 wrote it (v3a): an LZ4 frame per page. <paramref name="frame"/> makes one; by default a single
    /// block and the content checksum, as those releases did.
    /// </summary>
    public static byte[] EncodeV3a(LtxHeader header, IEnumerable<(uint Pgno, byte[] Data)> pages, Func<byte[], byte[]>? frame = null)
    {
        using var file = new MemoryStream();
        var (crc, index) = (0UL, new List<byte>());
        void Put(ReadOnlySpan<byte> bytes, bool hashed = true)
        {
            file.Write(bytes);
            crc = hashed ? Crc64.Append(crc, bytes) : crc;
        }
        var number = new byte[100];
        header.Write(number);
        Put(number);
        foreach (var (pgno, data) in pages)
        {
            var start = file.Length;
            Put([.. BigEndian(pgno, 4), 0, 0]);
            Put((frame ?? Frame)(data), hashed: false);
            crc = Crc64.Append(crc, data);
            foreach (var value in new[] { pgno, (ulong)start, (ulong)(file.Length - start) })
                index.AddRange(number[..Varint.Write(number, value)]);
        }
        Put(new byte[6]);
        Put([.. index, 0]);
        Put(BigEndian((ulong)index.Count + 1, 8));
        Put(new byte[8]);
        Put(BigEndian(crc | (1UL << 63), 8));
        return file.ToArray();
    }

    /// <summary>
    /// Magic, 64 KiB blocks and a content checksum, one block (stored where compressing gains nothing), end mark, checksum.
    /// </summary>
    public static byte[] Frame(byte[] content)
    {
        var room = new byte[Lz4Block.CompressBound(content.Length)];
        var block = room[..Lz4Block.Compress(content, room)];
        var stored = block.Length >= content.Length;
        var data = stored ? content : block;
        return
        [
            0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7,
            .. LittleEndian((uint)data.Length | (stored ? 1U << 31 : 0)), .. data, 0, 0, 0, 0, .. LittleEndian(XxHash32.Of(content)),
        ];
    }

    private static byte[] LittleEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(ulong value, int length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes[^length..];
    }
}

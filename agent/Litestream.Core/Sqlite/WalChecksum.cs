using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>The running checksum of a WAL: s0 += w[i] + s1; s1 += w[i+1] + s0 over 32-bit words.</summary>
internal readonly record struct WalChecksum(uint S0, uint S1)
{
    /// <summary>Reads eight big-endian bytes, as stored in the header and in frames.</summary>
    public static WalChecksum Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    /// <summary><paramref name="bytes"/>: a multiple of 8; words in the byte order that the WAL's magic names.</summary>
    public WalChecksum Append(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (s0, s1) = (S0, S1);
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        if (bigEndian != BitConverter.IsLittleEndian)
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s0 += words[i] + s1;
                s1 += words[i + 1] + s0;
            }
        }
        else
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s0 += BinaryPrimitives.ReverseEndianness(words[i]) + s1;
                s1 += BinaryPrimitives.ReverseEndianness(words[i + 1]) + s0;
            }
        }
        return new(s0, s1);
    }
}

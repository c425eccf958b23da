using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Ltx;

/// <summary>The reference implementation of LZ4, where the system has it: a second opinion on our codec.</summary>
internal static unsafe partial class LibLz4
{
    private const string Library = "liblz4.so.1";

    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Library, out _);

    public static byte[] Compress(ReadOnlySpan<byte> source, int acceleration = 1)
    {
        var destination = new byte[source.Length + (source.Length / 255) + 16];
        fixed (byte* from = source, to = destination)
            return destination[..LZ4_compress_fast(from, to, source.Length, destination.Length, acceleration)];
    }

    /// <summary>The bytes produced, or a negative number.</summary>
    public static int Decompress(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        fixed (byte* from = block, to = destination)
            return LZ4_decompress_safe(from, to, block.Length, destination.Length);
    }

    /// <summary>A frame as <c>lz4</c> writes it, with the content checksum.</summary>
    public static byte[] CompressFrame(ReadOnlySpan<byte> source, int blockSizeId, bool linked, bool blockChecksums, bool contentSize)
    {
        var preferences = new Preferences
        {
            BlockSizeId = blockSizeId,
            BlockMode = linked ? 0 : 1,
            ContentChecksum = 1,
            BlockChecksum = blockChecksums ? 1 : 0,
            ContentSize = contentSize ? (ulong)source.Length : 0,
        };
        var destination = new byte[(int)LZ4F_compressFrameBound((nuint)source.Length, &preferences)];
        fixed (byte* from = source, to = destination)
        {
            var length = LZ4F_compressFrame(to, (nuint)destination.Length, from, (nuint)source.Length, &preferences);
            Assert.Equal(0u, LZ4F_isError(length));
            return destination[..(int)length];
        }
    }

    [LibraryImport(Library)]
    private static partial int LZ4_compress_fast(byte* source, byte* destination, int length, int capacity, int acceleration);

    [LibraryImport(Library)]
    private static partial int LZ4_decompress_safe(byte* source, byte* destination, int length, int capacity);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_compressFrameBound(nuint length, Preferences* preferences);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_compressFrame(byte* destination, nuint capacity, byte* source, nuint length, Preferences* preferences);

    [LibraryImport(Library)]
    private static partial uint LZ4F_isError(nuint code);

    /// <summary>LZ4F_preferences_t, its LZ4F_frameInfo_t spread out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Preferences
    {
        public int BlockSizeId;
        public int BlockMode;
        public int ContentChecksum;
        public int FrameType;
        public ulong ContentSize;
        public uint DictionaryId;
        public int BlockChecksum;
        public int CompressionLevel;
        public uint AutoFlush;
        public uint FavorDecompressionSpeed;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
    }
}

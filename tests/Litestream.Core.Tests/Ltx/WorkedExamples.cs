namespace Litestream.Core.Tests.Ltx;

/// <summary>Three small files of the format, byte for byte.</summary>
internal static class WorkedExamples
{
    /// <summary>An image of one 512-byte page of 0x31, with database checksums (never written by Litestream, but legal).</summary>
    public static byte[] TrackedImage => Bytes(
        """
        4c545831 00000000 00000200 00000001  0000000000000001 0000000000000001
        00000000000003e8 0000000000000000 0000000000000000 0000000000000000 00000000 00000000 0000000000000000
        0000000000000000000000000000000000000000
        00000001 0001 00000018  1f 31 0100 ff dd f0 01 31313131313131313131313131313131
        000000000000
        01 64 22 00  0000000000000004
        eb1a999231044ddd bca7facc312144c6
        """);

    /// <summary>A captured round as Litestream writes it: pages 2 (0xAA) and 300 (00..ff twice) of 512 bytes.</summary>
    public static byte[] CapturedRound => Bytes(
        $"""
        4c545831 00000002 00000200 0000012c  0000000000000007 0000000000000007
        0000018bcfe5687b 0000000000000000 0000000000000020 0000000000000430 0a0b0c0d 01020304 0000000000000000
        0000000000000000000000000000000000000000
        00000002 0001 00000018  1f aa 0100 ff dd f0 01 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        0000012c 0001 0000010b  ff f1 {Convert.ToHexString(Ramp)} 0001 e8 50 fbfcfdfeff
        000000000000
        02 64 22  ac02 8601 9502  00  000000000000000a
        0000000000000000 cbfa77ba9f6f70f5
        """);

    /// <summary>A deletion: no pages, Commit 0, with database checksums.</summary>
    public static byte[] TrackedDeletion => Bytes(
        """
        4c545831 00000000 00001000 00000000  0000000000000001 0000000000000001
        00000000000003e8 0000000000000000 0000000000000000 0000000000000000 00000000 00000000 0000000000000000
        0000000000000000000000000000000000000000
        000000000000
        00  0000000000000001
        8000000000000000 d7e1fefa37f6089d
        """);

    public static byte[] Ramp => [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(c => !char.IsWhiteSpace(c))));
}

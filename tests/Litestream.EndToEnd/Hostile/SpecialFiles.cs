using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Litestream.EndToEnd.Hostile;

/// <summary>What somebody can put under a name that .NET cannot.</summary>
internal static class SpecialFiles
{
    private const int Here = -100;
    private const uint Swap = 2;
    private const uint Character = 0x2000 | 0x1b6, Block = 0x6000 | 0x1b6;

    public static void Pipe(string path) => Check(MakePipe(path, 0x1b6), path);

    /// <summary>A socket file that nobody listens at.</summary>
    public static void Socket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // A socket's address holds 107 bytes: bound under a short name, and renamed.
        var name = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        socket.Bind(new UnixDomainSocketEndPoint(name));
        File.Move(name, path);
    }

    /// <summary>Bytes without end, as /dev/zero. False where that may not be made.</summary>
    public static bool TryDevice(string path, bool isBlock) => MakeNode(path, isBlock ? Block : Character, isBlock ? Device(7, 0) : Device(1, 5)) == 0;

    public static void Link(string existing, string name) => Check(MakeLink(existing, name), name);

    /// <summary>Two names change places; neither is ever free. False when there is nothing at one of them.</summary>
    public static bool TryExchange(string left, string right) => Rename(Here, left, Here, right, Swap) == 0;

    /// <summary>A file whose name is these bytes, whatever they are, with this content.</summary>
    public static void Named(string directory, ReadOnlySpan<byte> name, string existing)
    {
        byte[] path = [.. Encoding.UTF8.GetBytes(directory), (byte)'/', .. name, 0];
        Check(MakeLinkOfBytes([.. Encoding.UTF8.GetBytes(existing), 0], path), Encoding.Latin1.GetString(name));
    }

    private static ulong Device(uint major, uint minor) => (major << 8) | minor;

    private static void Check(int result, string path) => Assert.True(result == 0, $"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true)]
    private static extern int MakePipe([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", EntryPoint = "mknod", SetLastError = true)]
    private static extern int MakeNode([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode, ulong device);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int MakeLink([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int MakeLinkOfBytes(byte[] existing, byte[] name);

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static extern int Rename(int leftFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string left, int rightFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string right, uint flags);
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Litestream.Embedder;

/// <summary>What the kernel knows of this process's locks on a database. A lock that is missing says so on a line that fails the test.</summary>
internal sealed class Locks(string path)
{
    private const long SharedFirst = 0x40000002;
    private const long FirstMark = 123;
    private const long LastMark = 127;

    private readonly ulong _main = InodeOf(path);
    private readonly ulong _shm = InodeOf(path + "-shm");

    public void MustHaveShared() => Must(held => held.Exists(l => l.Inode == _main && l.Start == SharedFirst), "SHARED on the database");

    public void MustHaveMark() => Must(held => held.Exists(l => l.Inode == _shm && l.Start is >= FirstMark and <= LastMark), "a mark on the -shm");

    private static void Must(Predicate<List<(ulong Inode, long Start)>> holds, string what)
    {
        if (!holds(Own()))
            Console.WriteLine($"lock lost: {what}; held: {string.Join(", ", Own())}");
    }

    /// <summary>Lines like <c>12: POSIX  ADVISORY  READ 4711 08:01:131090 124 124</c>.</summary>
    private static List<(ulong Inode, long Start)> Own() =>
    [
        .. from line in File.ReadAllLines("/proc/locks")
           let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where words is [_, "POSIX", _, _, _, _, _, _] && words[4] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
           select (ulong.Parse(words[5].Split(':')[2], CultureInfo.InvariantCulture), long.Parse(words[6], CultureInfo.InvariantCulture)),
    ];

    /// <summary>By name: opening the file would drop what is looked for.</summary>
    private static ulong InodeOf(string path)
    {
        var bytes = new byte[256];
        if (Statx(-100, path, 0, 0x7ff, bytes) != 0)
            throw new IOException($"{path} cannot be looked at");
        return BitConverter.ToUInt64(bytes, 32);
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] result);
}

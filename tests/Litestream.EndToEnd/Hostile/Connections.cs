using System.Globalization;

namespace Litestream.EndToEnd.Hostile;

/// <summary>What the kernel says of the connections of a port of loopback, from the side of who listens.</summary>
internal static class Connections
{
    private const string Established = "01";

    /// <summary>The most that it keeps of what a program sends and the other side does not take.</summary>
    public static long MostUnsentBytes => long.Parse(File.ReadAllText("/proc/sys/net/ipv4/tcp_wmem").Split('\t', StringSplitOptions.TrimEntries)[2], CultureInfo.InvariantCulture);

    public static int Open(int port) => Of(port).Count();

    /// <summary>Of these, those to which something is sent that is not taken.</summary>
    public static int Stuck(int port) => Of(port).Count(row => !row[4].StartsWith("00000000:", StringComparison.Ordinal));

    /// <summary>Columns: number, local address, remote one, state, bytes to be sent and to be read.</summary>
    private static IEnumerable<string[]> Of(int port)
    {
        var local = $"0100007F:{port:X4}";
        return File.ReadLines("/proc/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(row => row[1] == local && row[3] == Established);
    }
}

using System.Globalization;

namespace Litestream.EndToEnd.Hostile;

/// <summary>What the kernel says of a process.</summary>
internal static class Memory
{
    /// <summary>The most that it ever had resident.</summary>
    public static long PeakBytes(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
}

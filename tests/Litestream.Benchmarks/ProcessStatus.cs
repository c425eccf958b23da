using System.Globalization;

namespace Litestream.Benchmarks;

/// <summary><c>/proc/PID/status</c>.</summary>
internal static class ProcessStatus
{
    /// <param name="id">Of the process.</param>
    /// <param name="name">VmRSS: or VmHWM:, the most it ever was.</param>
    public static double Megabytes(int id, string name)
    {
        var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}

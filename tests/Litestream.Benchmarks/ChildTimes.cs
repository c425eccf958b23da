using System.Runtime.InteropServices;

namespace Litestream.Benchmarks;

/// <summary>CPU time of ended child processes, which .NET no longer tells once they are gone.</summary>
internal static class ChildTimes
{
    /// <summary>User and system seconds of all children that were waited for.</summary>
    public static double Seconds()
    {
        const int Children = -1;
        var usage = new long[18];
        if (getrusage(Children, usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        // struct timeval ru_utime, ru_stime: seconds and microseconds each.
        return usage[0] + (usage[1] / 1e6) + usage[2] + (usage[3] / 1e6);
    }

    [DllImport("libc")]
    private static extern int getrusage(int who, [Out] long[] usage);
}

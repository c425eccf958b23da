using System.Runtime.InteropServices;

namespace Litestream.Benchmarks;

/// <summary>CPU time by the operating system's account, which other programs on the machine do not change much.</summary>
internal static class CpuTimes
{
    private const int Children = -1;
    private const int Thread = 1;

    /// <summary>User and system seconds of all child processes that were waited for: .NET no longer tells them once they are gone.</summary>
    public static double OfChildren() => Of(Children);

    /// <summary>Of the thread that asks.</summary>
    public static double OfThread() => Of(Thread);

    private static double Of(int who)
    {
        var usage = new long[18];
        if (getrusage(who, usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        // struct timeval ru_utime, ru_stime: seconds and microseconds each.
        return usage[0] + (usage[1] / 1e6) + usage[2] + (usage[3] / 1e6);
    }

    [DllImport("libc")]
    private static extern int getrusage(int who, [Out] long[] usage);
}

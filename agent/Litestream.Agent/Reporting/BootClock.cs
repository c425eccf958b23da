using System.Diagnostics;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Time since the machine started, suspended or not: a host that slept for an hour must know that it did, which neither .NET's clock (it stands still)
/// nor the wall clock (somebody sets it) can tell.
/// </summary>
internal static class BootClock
{
    private const int BootTime = 7;

    public static unsafe TimeSpan Now()
    {
        Libc.Time time;
        return OperatingSystem.IsLinux() && Libc.ClockTime(BootTime, &time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);
    }
}

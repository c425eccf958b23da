using System.Diagnostics;

namespace Litestream.Benchmarks;

/// <summary>A program that ran to its end.</summary>
internal readonly record struct ProgramRun(double Seconds, double CpuSeconds, double PeakMegabytes)
{
    public static ProgramRun Of(string program, params string[] arguments)
    {
        // GNU time would have to be installed; the shell's wait leaves nothing to ask. So: the high-water mark is looked at while it runs.
        var (clock, before, peak) = (Stopwatch.StartNew(), CpuTimes.OfChildren(), 0.0);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(10)))
            peak = Math.Max(peak, PeakOf(process.Id));
        return process.ExitCode == 0
            ? new(clock.Elapsed.TotalSeconds, CpuTimes.OfChildren() - before, peak)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
    }

    /// <summary>The yardstick of everything that reads and writes a database: a plain copy of it that is on the disk.</summary>
    public static ProgramRun OfCopy(string from, string to) => Of("sh", "-c", $"cp '{from}' '{to}' && sync '{to}'");

    private static double PeakOf(int id)
    {
        try
        {
            return ProcessStatus.Megabytes(id, "VmHWM:");
        }
        catch (IOException)
        {
            return 0; // ended just now
        }
    }
}

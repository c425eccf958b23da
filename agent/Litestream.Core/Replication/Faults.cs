using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Litestream.Replication;

/// <summary>
/// For the crash tests only: <c>LITESTREAM_CRASH_AT=BookedNotPublished:3</c> has this process kill itself the third time it reaches that
/// point, as <c>kill -9</c> would: no handler, no flush, no finally. Without the variable a point costs one comparison with null. The one
/// place besides Program.cs that reads the environment, because nothing of it may be part of any option.
/// </summary>
internal static partial class Faults
{
    private const string Variable = "LITESTREAM_CRASH_AT";
    private const int SigKill = 9;

    private static readonly Countdown? Armed = Countdown.FromEnvironment();

    /// <summary>This thread is at a named point.</summary>
    public static void Reach(FaultPoint point)
    {
        if (Armed is not null)
            Armed.Reach(point);
    }

    [LibraryImport("libc", EntryPoint = "getpid")]
    private static partial int GetProcessId();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [DoesNotReturn]
    private static void Die()
    {
        _ = Kill(GetProcessId(), SigKill);
        Thread.Sleep(Timeout.Infinite);
        throw new InvalidOperationException("killed");
    }

    private sealed class Countdown(FaultPoint point, int left)
    {
        private int _left = left;

        public static Countdown? FromEnvironment()
        {
            if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
                return null;
            var parts = text.Split(':');
            var times = 1;
            return parts.Length <= 2 && Enum.TryParse<FaultPoint>(parts[0], out var point) && Enum.IsDefined(point)
                && (parts.Length == 1 || int.TryParse(parts[1], CultureInfo.InvariantCulture, out times))
                ? new(point, times)
                : throw new InvalidOperationException($"{Variable} is '{text}': expected a name of FaultPoint, then :n");
        }

        public void Reach(FaultPoint reached)
        {
            if (reached == point && Interlocked.Decrement(ref _left) == 0)
                Die();
        }
    }
}

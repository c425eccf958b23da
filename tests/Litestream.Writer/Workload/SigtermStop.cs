using System.Runtime.InteropServices;

namespace Litestream.Writer.Workload;

/// <summary>SIGTERM ends a workload in order: the transaction under way commits, connections close, totals are printed.</summary>
internal static class SigtermStop
{
    public static IDisposable Register(Action stop) => PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        stop();
    });
}

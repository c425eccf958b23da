using System.Runtime.InteropServices;

namespace Litestream.Agent.Commands;

/// <summary>SIGINT, SIGTERM and SIGHUP: the first asks to end in good order, the second ends at once; unless somebody else takes them for a while.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Action<PosixSignal>? _taker;
    private int _signals;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    public CancellationToken Token => _stop.Token;

    /// <summary>From here on signals go there, until what is answered is disposed of.</summary>
    public IDisposable PassTo(Action<PosixSignal> taker)
    {
        Volatile.Write(ref _taker, taker);
        return new Passing(this);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Volatile.Read(ref _taker) is { } taker)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.taker(passed.Signal), (taker, context.Signal), preferLocal: false);
            return;
        }
        if (Interlocked.Increment(ref _signals) > 1)
            Environment.Exit(ExitCode.Interrupted);
        // Not here: whoever waits for the token may take its time, and a second signal must be heard meanwhile.
        ThreadPool.UnsafeQueueUserWorkItem(static stop => stop.Cancel(), _stop, preferLocal: false);
    }

    private sealed class Passing(Interruption interruption) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref interruption._taker, null);
    }
}

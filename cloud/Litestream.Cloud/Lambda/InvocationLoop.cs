namespace Litestream.Cloud.Lambda;

/// <summary>
/// Asks Lambda's Runtime API for one event after the other; each is dealt with before the next. Lambda starts as many of us as it has events at once, and freezes this
/// process between them: nothing goes on behind an answer.
/// </summary>
internal sealed class InvocationLoop(RuntimeApi runtime, IHostApplicationLifetime lifetime, ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    /// <summary>Why it ended by itself; null when it was stopped.</summary>
    public Exception? Failure { get; private set; }

    /// <param name="invoke">Deals with one event; its token says that the program is to end.</param>
    public void Start(Func<Invocation, CancellationToken, Task> invoke) => _serving = Task.Run(() => ServeAsync(invoke), CancellationToken.None);

    /// <summary>What is being dealt with comes to its end; no more is asked for.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _serving.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stop.Dispose();
        runtime.Dispose();
    }

    private async Task ServeAsync(Func<Invocation, CancellationToken, Task> invoke)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
                await invoke(await runtime.NextAsync(_stop.Token), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // stopped while nothing was to be done
        }
        catch (Exception error)
        {
            Failure = error;
            log.RuntimeApiFailed(error);
            lifetime.StopApplication();
        }
    }
}

namespace Litestream.Agent.Watching;

/// <summary>
/// Follows the watched directories from start to stop: one thread reads events, one loop sweeps every minute and at once when
/// events were lost. Where the system has no inotify, <see cref="FallbackEvents"/> stands in.
/// </summary>
internal sealed class DirectoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan SweepWithoutEvents = TimeSpan.FromSeconds(5);

    private readonly Registration _registration;
    private readonly ILogger _logger;
    private readonly Inotify? _events;
    private readonly FallbackEvents? _fallback;
    private readonly DirectorySweep _sweep;
    private readonly TimeSpan _sweepInterval;
    private readonly SemaphoreSlim _sweepNow = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private Thread? _reader;
    private Task _sweeper = Task.CompletedTask;

    public DirectoryWatch(Registration registration, TimeSpan sweepInterval, TimeProvider time, ILogger logger)
    {
        (_registration, _sweepInterval, _logger) = (registration, sweepInterval, logger);
        _events = Inotify.TryOpen(out var problem);
        if (_events is null && !OperatingSystem.IsLinux())
            _fallback = new(registration, SweepSoon);
        else if (_events is null)
        {
            _sweepInterval = sweepInterval < SweepWithoutEvents ? sweepInterval : SweepWithoutEvents;
            Problem = problem;
            logger.NoEvents(problem!, _sweepInterval.TotalSeconds);
        }
        _sweep = new(registration, _events, time, logger);
    }

    /// <summary>Which files it found are databases.</summary>
    public Registration Registration => _registration;

    /// <summary>Why new files are found later than they should be; null when events come.</summary>
    public string? Problem { get; }

    /// <summary>Watches, registers what is there, and goes on from there by itself.</summary>
    public void Start()
    {
        if (_events is not null)
        {
            _reader = new(() => _events.Run(OnEvent)) { IsBackground = true, Name = "directory events" };
            _reader.Start();
        }
        _fallback?.Start();
        _registration.RegisterNamed();
        _sweep.Run(isComplete: true);
        _registration.StartAnnouncing();
        _sweeper = SweepAsync(_stop.Token);
    }

    /// <summary>Follows one more directory, which the registration knows already.</summary>
    public void Follow(WatchedDirectory directory) => _sweep.Begin(directory);

    /// <summary>After this nothing is registered any more.</summary>
    public async Task StopAsync()
    {
        _registration.Stop();
        _fallback?.Dispose();
        _events?.Stop();
        await _stop.CancelAsync();
        await _sweeper;
        _reader?.Join();
        _reader = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _events?.Dispose();
        _fallback?.Dispose();
        _sweepNow.Dispose();
        _stop.Dispose();
    }

    /// <summary>On the reader's thread; must not throw.</summary>
    internal void OnEvent(int watch, uint mask, ReadOnlySpan<char> name)
    {
        try
        {
            if ((mask & Inotify.Overflow) != 0)
                SweepSoon();
            else if (_sweep.Watched(watch) is { } directory)
                OnEvent(directory, mask, name);
        }
        catch (Exception error) // one event: the thread must live on
        {
            _logger.EventFailed(error);
            SweepSoon();
        }
    }

    private void OnEvent(WatchedDirectory directory, uint mask, ReadOnlySpan<char> name)
    {
        if ((mask & Inotify.OfDirectory) != 0 && (mask & (Inotify.Created | Inotify.MovedTo)) != 0 && directory.Rule is { IsRecursive: true })
            _sweep.Found(directory, name);
        else if ((mask & (Inotify.Created | Inotify.MovedTo)) != 0)
            _registration.Seen(directory, name, FileChange.Appeared);
        else if ((mask & Inotify.Modified) != 0)
            _registration.Seen(directory, name, FileChange.Written);
        else if ((mask & (Inotify.Deleted | Inotify.MovedFrom)) != 0)
            _registration.Seen(directory, name, FileChange.Gone);
        else if ((mask & Inotify.DirectoryMoved) != 0)
            _sweep.Lost(directory, "it was renamed");
        else if ((mask & Inotify.Unmounted) != 0)
            _sweep.Lost(directory, "its file system was unmounted");
        else if ((mask & (Inotify.Ignored | Inotify.DirectoryDeleted)) != 0)
            _sweep.Lost(directory, "it was deleted");
    }

    private void SweepSoon()
    {
        _logger.EventsLost();
        try
        {
            _sweepNow.Release();
        }
        catch (SemaphoreFullException)
        {
            // one is waiting already
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        var wereEventsLost = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                wereEventsLost |= await _sweepNow.WaitAsync(_sweepInterval, stop);
                _sweep.Run(isComplete: wereEventsLost || _events is null);
                wereEventsLost = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) // one sweep: the next one is a minute away
            {
                _logger.EventFailed(error);
            }
        }
    }
}

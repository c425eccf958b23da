namespace Litestream.Agent.Watching;

/// <summary>
/// How long to let events gather before the next read. A wake-up costs more than the events it brings: while they come
/// by the thousand a pause of a few milliseconds saves most of the work; while few come there is none, and a new file is
/// seen at once. Pure: the caller says what time it is.
/// </summary>
internal sealed class BatchPause
{
    /// <summary>Above this many events in a <see cref="Window"/> (800 a second: one tenant that commits as often) they are gathered.</summary>
    public const int BusyEvents = 40;

    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);

    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Of the reads that fit into a window with pauses. Events that are alike gather as one: their number says no more how many came.</summary>
    private const int BusyReads = 4;

    private TimeSpan _windowStart;
    private int _events;
    private int _reads;
    private bool _busy;

    /// <param name="now">A monotonic clock.</param>
    /// <param name="events">Events of the batch just read.</param>
    public TimeSpan After(TimeSpan now, int events)
    {
        if (now - _windowStart >= Window)
        {
            // A window without an end in sight (nothing was read for long) was a quiet one, however many came before it.
            _busy = now - _windowStart < 2 * Window && (_events >= BusyEvents || (_busy && _reads >= BusyReads));
            (_windowStart, _events, _reads) = (now, 0, 0);
        }
        _events += events;
        _reads++;
        return _busy || _events >= BusyEvents ? Pause : TimeSpan.Zero;
    }
}

using System.Diagnostics;

namespace Litestream.Writer.Workload;

/// <summary>Says on stderr what the application waits for when it waits long: a backup must not hold up its application.</summary>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);
    private readonly Totals _totals;
    private readonly Timer _timer;
    // Written by the load's thread, read by the timer's.
    private volatile Step? _current;

    public StallWatch(Totals totals)
    {
        _totals = totals;
        _timer = new Timer(_ => _current?.ComplainIfLong(), null, Long, Long);
    }

    /// <summary>One step of the application at a time; disposing ends it.</summary>
    public IDisposable Begin(string what, TimeSpan? patience = null) => _current = new Step(this, what, patience ?? Long);

    public void Dispose() => _timer.Dispose();

    private sealed class Step(StallWatch watch, string what, TimeSpan patience) : IDisposable
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public void ComplainIfLong()
        {
            if (_clock.Elapsed > patience)
                Console.Error.WriteLine($"{DateTime.UtcNow:O} for {_clock.Elapsed.TotalSeconds:0.0} s: {what}");
        }

        public void Dispose()
        {
            watch._current = null;
            ComplainIfLong();
            if (patience == Long)
                watch._totals.SlowestMs = Math.Max(watch._totals.SlowestMs, _clock.ElapsedMilliseconds);
        }
    }
}

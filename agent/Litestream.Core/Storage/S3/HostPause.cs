namespace Litestream.Storage.S3;

/// <summary>
/// When a store asks for less, all requests of this process wait, not only the one that was told: a host of a thousand tenants that each back off by
/// themselves is still a thousand requests. Waits double from one refusal to the next and are drawn at random, so that a fleet does not come back at once.
/// Everybody then goes on together, as the store is known to live: one that may be away is <see cref="HostOutage"/>'s.
/// </summary>
internal sealed class HostPause(TimeProvider time, Random random)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);
    private const int MostDoublings = 4;

    private readonly Lock _lock = new();
    private long _until;
    private int _doublings;

    /// <summary>The store refused a request. Answers the pause that begins; null when one is on already, of which this is a late echo.</summary>
    /// <param name="asked">How long the store wants to be left alone, if it said so.</param>
    public TimeSpan? Refused(TimeSpan? asked = null)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (now < _until)
                return null;
            var pause = Shortest * (1 << _doublings) * (0.5 + random.NextDouble());
            if (asked > pause)
                pause = asked < LongestAsked ? asked.Value : LongestAsked;
            _until = now + (long)(pause.TotalSeconds * time.TimestampFrequency);
            _doublings = Math.Min(_doublings + 1, MostDoublings);
            return pause;
        }
    }

    /// <summary>The store answered: step by step back to short pauses. One that serves part of what is asked is not left alone for long.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _doublings) == 0)
            return;
        lock (_lock)
            _doublings = Math.Max(0, _doublings - 1);
    }

    /// <summary>Completes when requests may be made; not for all that wait in the same moment.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (Remaining() is { } remaining)
            await Task.Delay(remaining, time, cancellationToken).ConfigureAwait(false);
    }

    private TimeSpan? Remaining()
    {
        if (Volatile.Read(ref _until) == 0)
            return null;
        lock (_lock)
        {
            var remaining = time.GetElapsedTime(time.GetTimestamp(), _until);
            return remaining <= TimeSpan.Zero ? null : remaining + (Shortest * random.NextDouble());
        }
    }
}

namespace Litestream.Storage.S3;

/// <summary>
/// A store that fails every request is not asked by everybody over and over: after some failures in a row one request at a time goes and looks, at
/// growing intervals. The others wait for it as long as the outage is young; in one that lasts they fail at once, without a request. Apart from
/// <see cref="HostPause"/>: there the store says itself that it lives and when to come back, and nobody need look or fail; here nobody knows.
/// </summary>
internal sealed class HostOutage(TimeProvider time, Random random)
{
    /// <summary>Of all databases together, with no success between them: a store that fails one request in two is not away.</summary>
    public const int FailuresInARow = 10;

    /// <summary>A restart of the store passes unnoticed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(500);
    private const int MostDoublings = 4;

    private readonly Lock _lock = new();
    private int _failures;
    private int _looks;
    private long _since;
    private DateTimeOffset _sinceUtc;
    private long _nextLook;
    private bool _isLooking;
    private StorageException? _last;

    /// <summary>The store is away, and has been for so long that nobody waits for it any more.</summary>
    public bool IsLasting
    {
        get
        {
            if (Volatile.Read(ref _failures) == 0)
                return false;
            lock (_lock)
                return IsOn && IsOld;
        }
    }

    private bool IsOn => _failures >= FailuresInARow;

    private bool IsOld => time.GetElapsedTime(_since) > Patience;

    /// <summary>Completes when this request may be made. True: it is the one that looks, and ends with <see cref="Looked"/>.</summary>
    public async ValueTask<bool> EnterAsync(string doing, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _failures) > 0)
        {
            TimeSpan wait;
            lock (_lock)
            {
                if (!IsOn)
                    return false;
                wait = _isLooking ? ShortestInterval : time.GetElapsedTime(time.GetTimestamp(), _nextLook);
                if (wait <= TimeSpan.Zero)
                    return _isLooking = true;
                if (IsOld)
                    throw NotAsked(doing);
            }
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
        return false;
    }

    /// <summary>The request that looked is over, whatever came of it.</summary>
    public void Looked()
    {
        lock (_lock)
            _isLooking = false;
    }

    /// <summary>The store answered, be it a refusal of this one request.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _failures) == 0)
            return;
        lock (_lock)
            (_failures, _looks, _last) = (0, 0, null);
    }

    /// <summary>A request failed for a reason that has nothing to do with what it asked for.</summary>
    public void Failed(StorageException error)
    {
        lock (_lock)
        {
            if (_failures == 0)
                (_since, _sinceUtc) = (time.GetTimestamp(), time.GetUtcNow());
            _failures = Math.Min(_failures + 1, FailuresInARow);
            _last = error;
            if (!IsOn || time.GetTimestamp() < _nextLook)
                return; // of many that were under way, the first decides when to look again
            var interval = ShortestInterval * (1 << _looks) * (0.75 + (random.NextDouble() / 2));
            _nextLook = time.GetTimestamp() + (long)(interval.TotalSeconds * time.TimestampFrequency);
            _looks = Math.Min(_looks + 1, MostDoublings);
        }
    }

    private StorageException NotAsked(string doing) => new(
        $"{doing}: not tried, as the store has failed every request since {_sinceUtc:HH:mm:ss} UTC; the last: {_last!.Message}", _last.Fault, _last, _last.Hint);
}

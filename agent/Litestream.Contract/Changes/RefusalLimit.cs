namespace Litestream.Contract.Changes;

/// <summary>How many refusals become lines of the audit: so many in a minute of one actor, and of all together.</summary>
internal sealed class RefusalLimit(TimeProvider time)
{
    public const int MostOfActor = 20;
    public const int Most = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private long _minute;
    private int _all;

    public bool MayWrite(string actor)
    {
        var minute = time.GetUtcNow().Ticks / TimeSpan.TicksPerMinute;
        lock (_lock)
        {
            if (minute != _minute)
            {
                (_minute, _all) = (minute, 0);
                _lines.Clear();
            }
            var lines = _lines.GetValueOrDefault(actor);
            if (lines >= MostOfActor || _all >= Most)
                return false;
            (_lines[actor], _all) = (lines + 1, _all + 1);
            return true;
        }
    }
}

using System.Buffers;
using System.Globalization;

namespace Litestream.Agent.Configuration;

/// <summary>Durations as people write them: <c>100ms</c>, <c>1s</c>, <c>5m</c>, <c>1h30m</c>, <c>7d</c>.</summary>
internal static class DurationText
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    private static readonly SearchValues<char> NumberChars = SearchValues.Create("0123456789.");

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is "0")
            return true;
        if (text.IsEmpty)
            return false;
        var total = 0d;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberChars);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            text = text[digits..];
            var letters = text.IndexOfAny(NumberChars);
            var unit = letters < 0 ? text : text[..letters];
            if (SecondsOf(unit) is not { } seconds)
                return false;
            total += number * seconds;
            text = text[unit.Length..];
        }
        if (total > Longest.TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(total);
        return true;
    }

    /// <summary>The shortest exact form: <c>90s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var milliseconds = (long)duration.TotalMilliseconds;
        (long Size, string Unit)[] units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
        foreach (var (size, unit) in units)
        {
            // 24h and 60s are said so, not 1d and 1m: that is how the flags' defaults are known.
            if (milliseconds % size == 0 && (milliseconds > size || size is 3_600_000 or 1000 or 1))
                return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
    }

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => null,
    };
}

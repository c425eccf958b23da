using System.Globalization;

namespace Litestream.Agent.Configuration;

/// <summary>Sizes as people write them: <c>65536</c>, <c>64MB</c> (10^6), <c>64MiB</c> (2^20).</summary>
internal static class SizeText
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("b", 1),
    ];

    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        var factor = 1L;
        foreach (var (unit, size) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            factor = size;
            text = text[..^unit.Length].TrimEnd();
            break;
        }
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * factor > long.MaxValue / 2)
            return false;
        bytes = (long)(number * factor);
        return true;
    }

    /// <summary>For people: three digits and a decimal unit, e.g. <c>1.25 MB</c>.</summary>
    public static string Format(long bytes)
    {
        if (bytes < 1000)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var value = (double)bytes;
        var unit = -1;
        while (value >= 999.5 && unit < 3)
            (value, unit) = (value / 1000, unit + 1);
        var format = value < 10 ? "0.##" : value < 100 ? "0.#" : "0";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {"kMGT"[unit]}B";
    }
}

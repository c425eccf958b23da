using System.Globalization;

namespace Litestream.Cloud.Configuration;

/// <summary>Numbers with a unit, as people write them: <c>7d</c>, <c>90s</c>, <c>256MB</c>. Throws <see cref="StartException"/>.</summary>
internal static class Amounts
{
    private static readonly (string Unit, double Seconds)[] Times = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];
    private static readonly (string Unit, long Bytes)[] Sizes = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)];

    public static TimeSpan Time(string name, string text)
    {
        foreach (var (unit, seconds) in Times)
        {
            if (Number(text, unit) is { } number && number * seconds is > 0 and < 366 * 86400.0)
                return TimeSpan.FromSeconds(number * seconds);
        }
        throw Flags.Wrong($"{name}: \"{text}\" is no time", "a number and s, m, h or d: 90s, 7d");
    }

    public static long Size(string name, string text)
    {
        foreach (var (unit, bytes) in Sizes)
        {
            if (Number(text, unit) is { } number && number * bytes is >= 1 and < 1e15)
                return (long)(number * bytes);
        }
        throw Flags.Wrong($"{name}: \"{text}\" is no size", "a number and KB, MB or GB: 256MB");
    }

    public static int Count(string name, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number : throw Flags.Wrong($"{name}: expected 1 to {most}, found \"{text}\"");

    private static double? Number(string text, string unit) =>
        text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

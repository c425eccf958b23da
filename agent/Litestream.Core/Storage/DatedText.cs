using System.Globalization;
using System.Text;

namespace Litestream.Storage;

/// <summary>
/// A path or URL that may depend on the day: <c>backups/$(date +%Y-%m-%d)</c>. The form of a shell, computed by us: nothing is run. Finer than
/// a day it cannot be.
/// </summary>
public sealed class DatedText
{
    private readonly List<string> _pieces;

    /// <summary>Literal, format, literal, format… literal.</summary>
    private DatedText(List<string> pieces) => _pieces = pieces;

    /// <summary>It differs from day to day.</summary>
    public bool IsDated => _pieces.Count > 1;

    /// <summary>Literals at even places, formats at odd ones.</summary>
    internal IReadOnlyList<string> Pieces => _pieces;

    /// <summary>A text without a date.</summary>
    public static DatedText Plain(string text) => new([text]);

    /// <summary>A text with the date inside; <paramref name="format"/> is that of <c>date</c>, with <c>%Y</c>, <c>%m</c>, <c>%d</c>, <c>%F</c>.</summary>
    public static bool IsFormat(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '%' && (++i == format.Length || format[i] is not ('Y' or 'm' or 'd' or 'F')))
                return false;
            if (format[i] is not ('%' or '-' or '_' or '.' or '/') && !char.IsAsciiLetterOrDigit(format[i]))
                return false;
        }
        return format.Contains('%', StringComparison.Ordinal);
    }

    /// <summary>Of pieces as they stand one behind the other: literals at even places, formats at odd ones.</summary>
    public static DatedText Of(IEnumerable<string> pieces) => new([.. pieces]);

    /// <summary>With other literals.</summary>
    public DatedText With(Func<string, string> changeLiterals) => new([.. _pieces.Select((p, i) => i % 2 == 0 ? changeLiterals(p) : p)]);

    /// <summary>With something in front.</summary>
    public DatedText Before(string prefix) => new([prefix + _pieces[0], .. _pieces.Skip(1)]);

    /// <summary>With something behind.</summary>
    public DatedText After(string suffix) => new([.. _pieces.SkipLast(1), _pieces[^1] + suffix]);

    /// <summary>Without so many characters at its end, which are none of a date.</summary>
    public DatedText WithoutEnd(int length) => new([.. _pieces.SkipLast(1), _pieces[^1][..^length]]);

    /// <summary>Of a URL: goes to the end of its path.</summary>
    public DatedText BeforeQuery(string suffix)
    {
        var piece = _pieces.FindIndex(p => p.Contains('?', StringComparison.Ordinal));
        if (piece < 0)
            return After(suffix);
        var mark = _pieces[piece].IndexOf('?', StringComparison.Ordinal);
        return new([.. _pieces.Select((p, i) => i == piece ? p[..mark].TrimEnd('/') + suffix + p[mark..] : p)]);
    }

    /// <summary>The text of a day.</summary>
    public string On(DateOnly day)
    {
        var text = new StringBuilder();
        for (var i = 0; i < _pieces.Count; i++)
        {
            if (i % 2 == 0)
                text.Append(_pieces[i]);
            else
                Format(text, _pieces[i], day);
        }
        return text.ToString();
    }

    /// <summary>The first day of those that have this text; null when it is the text of none.</summary>
    public DateOnly? DayOf(string text) => DateReading.TryRead(_pieces, text) is { } day && On(day) == text ? day : null;

    /// <summary>As it was written.</summary>
    public override string ToString() => string.Concat(_pieces.Select((p, i) => i % 2 == 0 ? p : $"$(date +{p})"));

    private static void Format(StringBuilder text, string format, DateOnly day)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
                text.Append(format[i]);
            else
                text.Append(day.ToString(format[++i] switch { 'Y' => "yyyy", 'm' => "MM", 'd' => "dd", _ => "yyyy-MM-dd" }, CultureInfo.InvariantCulture));
        }
    }
}

using System.Globalization;

namespace Litestream.Storage;

/// <summary>Reads the day back from a text that <see cref="DatedText"/> wrote: numbers of fixed width between literals.</summary>
internal ref struct DateReading
{
    private ReadOnlySpan<char> _rest;
    private int? _year;
    private int? _month;
    private int? _day;

    /// <summary>Null when the text does not have this form, or names no day of the calendar. What is not said is the first.</summary>
    public static DateOnly? TryRead(IReadOnlyList<string> pieces, string text)
    {
        var reading = new DateReading { _rest = text };
        for (var i = 0; i < pieces.Count; i++)
        {
            if (!(i % 2 == 0 ? reading.TryLiteral(pieces[i]) : reading.TryFormat(pieces[i])))
                return null;
        }
        return reading._rest.Length == 0 ? reading.Day() : null;
    }

    private bool TryLiteral(ReadOnlySpan<char> literal)
    {
        if (!_rest.StartsWith(literal, StringComparison.Ordinal))
            return false;
        _rest = _rest[literal.Length..];
        return true;
    }

    private bool TryFormat(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            var isRead = format[i] != '%' ? TryLiteral(format.AsSpan(i, 1)) : format[++i] switch
            {
                'Y' => TryNumber(4, ref _year),
                'm' => TryNumber(2, ref _month),
                'd' => TryNumber(2, ref _day),
                _ => TryNumber(4, ref _year) && TryLiteral("-") && TryNumber(2, ref _month) && TryLiteral("-") && TryNumber(2, ref _day),
            };
            if (!isRead)
                return false;
        }
        return true;
    }

    private bool TryNumber(int digits, ref int? number)
    {
        if (_rest.Length < digits || !int.TryParse(_rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var read) || (number ?? read) != read)
            return false;
        number = read;
        _rest = _rest[digits..];
        return true;
    }

    private readonly DateOnly? Day()
    {
        var (year, month, day) = (_year ?? 1, _month ?? 1, _day ?? 1);
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;
    }
}

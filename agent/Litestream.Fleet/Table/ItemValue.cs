using System.Globalization;
using System.Text;

namespace Litestream.Fleet.Table;

/// <summary>The value of one attribute: a text or a number. DynamoDB's other types are not used, so that every item can be read in its console.</summary>
public readonly record struct ItemValue
{
    private ItemValue(string text, bool isNumber) => (Text, IsNumber) = (text, isNumber);

    /// <summary>As DynamoDB has it: numbers are decimal text, too.</summary>
    public string Text { get; }

    /// <summary>Type <c>N</c>; else <c>S</c>.</summary>
    public bool IsNumber { get; }

    /// <summary>What DynamoDB counts for it: UTF-8 bytes of a text, about half a byte for each digit of a number and one or two more.</summary>
    public int SizeBytes => IsNumber ? Math.Min(21, (Text.Count(char.IsAsciiDigit) + 1) / 2 + (Text.StartsWith('-') ? 2 : 1)) : Encoding.UTF8.GetByteCount(Text);

    public static ItemValue Of(string text) => new(text, false);

    public static ItemValue Of(long number) => new(number.ToString(CultureInfo.InvariantCulture), true);

    /// <summary>To three decimals: seconds have no more to say. Throws for what is no number.</summary>
    public static ItemValue Of(double number) => double.IsFinite(number)
        ? new(Math.Round(number, 3).ToString("0.###", CultureInfo.InvariantCulture), true)
        : throw new ArgumentOutOfRangeException(nameof(number), number, "DynamoDB has no such number");

    /// <summary>A number as DynamoDB answered it.</summary>
    public static ItemValue OfNumberText(string text) => new(text, true);
}

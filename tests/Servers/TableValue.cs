using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Litestream.Tests.Servers;

/// <summary>An attribute's value in a table of the tests: a text or a number.</summary>
internal readonly record struct TableValue(bool IsNumber, string Text) : IComparable<TableValue>
{
    /// <summary>As AWS documents the size of items: a text by its UTF-8 bytes, a number by about one byte for each two digits and one more.</summary>
    public int SizeBytes => IsNumber ? ((Text.Count(char.IsAsciiDigit) + 1) / 2) + 1 + (Text.StartsWith('-') ? 1 : 0) : Encoding.UTF8.GetByteCount(Text);

    public JsonObject Json => new() { [IsNumber ? "N" : "S"] = Text };

    public static TableValue Read(JsonElement value) =>
        value.TryGetProperty("N", out var number) ? new(true, number.GetString()!) : new(false, value.GetProperty("S").GetString()!);

    public static TableValue Sum(TableValue left, TableValue right) => new(true, (Number(left) + Number(right)).ToString(CultureInfo.InvariantCulture));

    public int CompareTo(TableValue other) => IsNumber ? Number(this).CompareTo(Number(other)) : string.CompareOrdinal(Text, other.Text);

    private static decimal Number(TableValue value) => decimal.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
}

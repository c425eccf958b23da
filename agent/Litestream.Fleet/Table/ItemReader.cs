using System.Globalization;

namespace Litestream.Fleet.Table;

/// <summary>
/// From an item to a record. Attributes that nobody asks for are ignored: a newer writer may have put them there. What is asked for and is not what it
/// should be is a <see cref="MalformedItemException"/>.
/// </summary>
public readonly struct ItemReader
{
    private readonly Item _item;
    private readonly string _kind;

    public ItemReader(Item item, string kind)
    {
        (_item, _kind) = (item, kind);
        if (item.Text(FleetTable.Type) is var type && type != kind)
            throw Fault(FleetTable.Type, $"\"{kind}\"", type);
    }

    public string Text(string name) => TextOrNull(name) ?? throw Fault(name, "a text", null);

    public string? TextOrNull(string name) => _item[name] switch
    {
        null => null,
        { IsNumber: false } value => value.Text,
        { } value => throw Fault(name, "a text", value.Text),
    };

    public long Long(string name) => LongOrNull(name) ?? throw Fault(name, "a whole number", null);

    public long LongOr(string name, long otherwise) => LongOrNull(name) ?? otherwise;

    public int IntOr(string name, int otherwise) => LongOrNull(name) switch
    {
        null => otherwise,
        { } value and >= int.MinValue and <= int.MaxValue => (int)value,
        { } value => throw Fault(name, "a whole number of 32 bits", value.ToString(CultureInfo.InvariantCulture)),
    };

    public long? LongOrNull(string name) => _item[name] switch
    {
        null => null,
        { IsNumber: true } value when long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        { } value => throw Fault(name, "a whole number", value.Text),
    };

    public double? DoubleOrNull(string name) => _item[name] switch
    {
        null => null,
        { IsNumber: true } value when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        { } value => throw Fault(name, "a number", value.Text),
    };

    public DateTimeOffset Time(string name) => TimeOrNull(name) ?? throw Fault(name, "a time", null);

    public DateTimeOffset? TimeOrNull(string name) => TextOrNull(name) switch
    {
        null => null,
        var text when ItemTime.TryParse(text, out var time) => time,
        var text => throw Fault(name, $"a time like {ItemTime.Text(DateTimeOffset.UnixEpoch)}", text),
    };

    public Guid? GuidOrNull(string name) => TextOrNull(name) switch
    {
        null => null,
        var text when System.Guid.TryParseExact(text, "d", out var guid) => guid,
        var text => throw Fault(name, "a GUID of the form 8-4-4-4-12", text),
    };

    public Ulid? UlidOrNull(string name) => TextOrNull(name) switch
    {
        null => null,
        var text when Litestream.Fleet.Table.Ulid.TryParse(text, out var ulid) => ulid,
        var text => throw Fault(name, "a ULID of 26 characters", text),
    };

    /// <summary>What follows <paramref name="prefix"/> in a key attribute.</summary>
    public string After(string name, string prefix) => Text(name) is var text && text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length
        ? text[prefix.Length..]
        : throw Fault(name, $"{prefix} and something behind it", text);

    public MalformedItemException Fault(string name, string expected, string? found) => new(_item.Key, _kind, name, expected, found);
}

namespace Litestream.Fleet.Table;

/// <summary>From a record to an item: what is null there is no attribute here.</summary>
public sealed class ItemWriter
{
    public ItemWriter(ItemKey key, string type) => Item = new()
    {
        { FleetTable.PartitionKey, ItemValue.Of(key.Partition) },
        { FleetTable.SortKey, ItemValue.Of(key.Sort) },
        { FleetTable.Type, ItemValue.Of(type) },
    };

    public Item Item { get; }

    public ItemWriter Text(string name, string? value) => Add(name, value is { Length: > 0 } ? ItemValue.Of(value) : null);

    /// <summary>The beginning of a text for people, so that the item stays small.</summary>
    public ItemWriter Text(string name, string? value, int mostCharacters) => Text(name, value?.Length > mostCharacters ? Cut(value, mostCharacters - 1) + "…" : value);

    public ItemWriter Number(string name, long? value) => Add(name, value is { } number ? ItemValue.Of(number) : null);

    public ItemWriter Number(string name, double? value) => Add(name, value is { } number ? ItemValue.Of(number) : null);

    public ItemWriter Time(string name, DateTimeOffset? value) => Add(name, value is { } time ? ItemValue.Of(ItemTime.Text(time)) : null);

    /// <summary>It is history by then, and the table may forget it.</summary>
    public ItemWriter GoneBy(DateTimeOffset time) => Add(FleetTable.TimeToLive, ItemValue.Of(time.ToUnixTimeSeconds()));

    public ItemWriter Guid(string name, Guid? value) => Add(name, value is { } guid ? ItemValue.Of(guid.ToString("d")) : null);

    public ItemWriter Ulid(string name, Ulid? value) => Add(name, value is { } ulid ? ItemValue.Of(ulid.ToString()) : null);

    private ItemWriter Add(string name, ItemValue? value)
    {
        if (value is { } some)
            Item.Add(name, some);
        return this;
    }

    // A character of two halves is not cut in two.
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}

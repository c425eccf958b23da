namespace Litestream.Fleet.Table;

/// <summary>
/// What must hold for a write to happen. In expressions <c>#name</c> stands for the attribute of that name, always, and <c>:word</c> for a value.
/// Words of conditions begin with <c>if</c>, so that they never meet those of an update.
/// </summary>
/// <param name="Expression">As DynamoDB takes it.</param>
/// <param name="Values">Of its words.</param>
public sealed record ItemCondition(string Expression, IReadOnlyDictionary<string, ItemValue> Values)
{
    private static readonly Dictionary<string, ItemValue> None = [];

    /// <summary>There is no such item.</summary>
    public static ItemCondition IsAbsent { get; } = new($"attribute_not_exists(#{FleetTable.PartitionKey})", None);

    /// <summary>There is such an item: an update must not make one.</summary>
    public static ItemCondition IsPresent { get; } = new($"attribute_exists(#{FleetTable.PartitionKey})", None);

    public static ItemCondition Is(string attribute, ItemValue value) => Compare(attribute, "=", value);

    public static ItemCondition Compare(string attribute, string comparison, ItemValue value) =>
        new($"#{attribute} {comparison} :if_{attribute}", new Dictionary<string, ItemValue> { [$":if_{attribute}"] = value });

    public static ItemCondition IsOneOf(string attribute, params string[] texts) => new(
        $"#{attribute} IN ({string.Join(", ", texts.Select((_, i) => $":if_{attribute}{i}"))})",
        Enumerable.Range(0, texts.Length).ToDictionary(i => $":if_{attribute}{i}", i => ItemValue.Of(texts[i])));

    public ItemCondition And(ItemCondition other) => Join("AND", other);

    public ItemCondition Or(ItemCondition other) => Join("OR", other);

    private ItemCondition Join(string word, ItemCondition other)
    {
        var values = new Dictionary<string, ItemValue>(Values);
        foreach (var (name, value) in other.Values)
            values[name] = !values.TryGetValue(name, out var same) || same == value ? value : throw new InvalidOperationException($"{name} would have two values");
        return new($"({Expression}) {word} ({other.Expression})", values);
    }
}

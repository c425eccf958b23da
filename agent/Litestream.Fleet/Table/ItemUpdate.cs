using System.Text;

namespace Litestream.Fleet.Table;

/// <summary>One conditional write of named attributes (<c>UpdateItem</c>); what it does not name stays as it is.</summary>
public sealed record ItemUpdate
{
    public required ItemKey Key { get; init; }

    /// <summary>As DynamoDB takes it: <c>SET #a = :a REMOVE #b ADD #c :c</c>.</summary>
    public required string Expression { get; init; }

    /// <summary>Null: whatever is there.</summary>
    public string? Condition { get; init; }

    /// <summary>Attribute names by the words that stand for them.</summary>
    public required IReadOnlyDictionary<string, string> Names { get; init; }

    public required IReadOnlyDictionary<string, ItemValue> Values { get; init; }

    /// <summary>
    /// Sets all attributes of <paramref name="item"/> but its keys and removes those of <paramref name="owned"/> that it does not have: what the writer
    /// owns is as it says, and nobody else's attribute is touched.
    /// </summary>
    public static ItemUpdate Of(Item item, IEnumerable<string> owned, ItemCondition? condition = null, IReadOnlyDictionary<string, long>? added = null)
    {
        var set = item.Where(a => a.Key is not (FleetTable.PartitionKey or FleetTable.SortKey)).ToList();
        var removed = owned.Where(name => item[name] is null).ToList();
        var expression = new StringBuilder();
        Append(expression, "SET", set.Select(a => $"#{a.Key} = :{a.Key}"));
        Append(expression, "REMOVE", removed.Select(name => $"#{name}"));
        Append(expression, "ADD", (added ?? new Dictionary<string, long>()).Keys.Select(name => $"#{name} :{name}"));
        var values = set.ToDictionary(a => $":{a.Key}", a => a.Value);
        foreach (var (name, number) in added ?? new Dictionary<string, long>())
            values.Add($":{name}", ItemValue.Of(number));
        foreach (var (name, value) in condition?.Values ?? new Dictionary<string, ItemValue>())
            values.Add(name, value);
        return new()
        {
            Key = item.Key,
            Expression = expression.ToString(),
            Condition = condition?.Expression,
            Names = NamesIn($"{expression} {condition?.Expression}"),
            Values = values,
        };
    }

    /// <summary>Every <c>#word</c> stands for the attribute <c>word</c>.</summary>
    internal static Dictionary<string, string> NamesIn(string expression)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = expression.IndexOf('#', StringComparison.Ordinal); i >= 0; i = expression.IndexOf('#', i + 1))
        {
            var end = i + 1;
            while (end < expression.Length && char.IsAsciiLetterOrDigit(expression[end]))
                end++;
            names[expression[i..end]] = expression[(i + 1)..end];
        }
        return names;
    }

    private static void Append(StringBuilder expression, string verb, IEnumerable<string> parts)
    {
        var text = string.Join(", ", parts);
        if (text.Length > 0)
            expression.Append(expression.Length > 0 ? " " : "").Append(verb).Append(' ').Append(text);
    }
}

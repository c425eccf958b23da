using System.Text.Json;

namespace Litestream.Tests.Servers;

/// <summary>What a query of a table of the tests goes through: the table itself, or an index of it, in the order of its sort key.</summary>
/// <param name="PartitionKey">Attribute.</param>
/// <param name="SortKey">Attribute.</param>
/// <param name="Included">What it repeats beside the keys; null: everything.</param>
internal sealed record TableIndex(string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included)
{
    public static readonly TableIndex Table = new("pk", "sk", null);

    /// <summary>The one that a request names. Of an index that the server was not told of, the key condition says by what it is sorted.</summary>
    public static TableIndex Of(JsonElement request, IEnumerable<TableIndex> known)
    {
        if (!request.TryGetProperty("IndexName", out var name) || name.ValueKind != JsonValueKind.String)
            return Table;
        var names = request.GetProperty("ExpressionAttributeNames").EnumerateObject().Select(n => n.Value.GetString()!).ToList();
        return known.FirstOrDefault(index => index != Table && names.Contains(index.PartitionKey)) ?? new(names[0], names.Count > 1 ? names[1] : "sk", null);
    }

    /// <summary>Null: the index does not have it.</summary>
    public string? PartitionOf(IReadOnlyDictionary<string, TableValue> item) => item.TryGetValue(PartitionKey, out var value) && item.ContainsKey(SortKey) ? value.Text : null;

    /// <summary>Sorts as the index does; of two items with the same sort key by the keys of the table.</summary>
    public string Position(IReadOnlyDictionary<string, TableValue> item) => $"{item[SortKey].Text}\n{item["pk"].Text}\n{item["sk"].Text}";

    /// <summary>Of a key as a request has it. Throws for one that lacks an attribute, or is of no item that the query could find, as DynamoDB refuses both.</summary>
    public string Position(JsonElement request, JsonElement key)
    {
        var attributes = key.EnumerateObject().ToDictionary(a => a.Name, a => TableValue.Read(a.Value));
        if (!new[] { "pk", "sk", PartitionKey, SortKey }.ToHashSet().SetEquals(attributes.Keys))
            throw new FormatException("The provided starting key is invalid");
        return TableExpression.Holds(request, "KeyConditionExpression", attributes) ? Position(attributes)
            : throw new FormatException("The provided starting key is outside query boundaries based on provided conditions");
    }

    public Dictionary<string, TableValue> Keys(IReadOnlyDictionary<string, TableValue> item) =>
        new[] { "pk", "sk", PartitionKey, SortKey }.Distinct().ToDictionary(name => name, name => item[name]);

    public Dictionary<string, TableValue> Projection(Dictionary<string, TableValue> item) => Included is null ? item : item
        .Where(a => a.Key is "pk" or "sk" || a.Key == PartitionKey || a.Key == SortKey || Included.Contains(a.Key)).ToDictionary(a => a.Key, a => a.Value);
}

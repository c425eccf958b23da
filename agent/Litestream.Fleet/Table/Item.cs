using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Litestream.Fleet.Table;

/// <summary>
/// An item of the table: attributes by name, keys included. Our own map and not a client library's, so that the treaty binds nobody to one: agent, cloud
/// and infrastructure translate it in a few lines each.
/// </summary>
public sealed class Item : IEnumerable<KeyValuePair<string, ItemValue>>
{
    private readonly Dictionary<string, ItemValue> _attributes = new(StringComparer.Ordinal);

    public int Count => _attributes.Count;

    public IEnumerable<string> Names => _attributes.Keys;

    /// <summary>What DynamoDB counts and charges: names and values.</summary>
    public int SizeBytes => _attributes.Sum(a => Encoding.UTF8.GetByteCount(a.Key) + a.Value.SizeBytes);

    public ItemKey Key => new(Text(FleetTable.PartitionKey) ?? "", Text(FleetTable.SortKey) ?? "");

    public ItemValue? this[string name] => _attributes.TryGetValue(name, out var value) ? value : null;

    public bool TryGet(string name, [MaybeNullWhen(false)] out ItemValue value) => _attributes.TryGetValue(name, out value);

    /// <summary>Adds or replaces.</summary>
    public void Add(string name, ItemValue value) => _attributes[name] = value;

    public void Remove(string name) => _attributes.Remove(name);

    /// <summary>Null when it is not there or no text.</summary>
    public string? Text(string name) => _attributes.TryGetValue(name, out var value) && !value.IsNumber ? value.Text : null;

    public IEnumerator<KeyValuePair<string, ItemValue>> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

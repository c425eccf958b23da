namespace Litestream.Fleet.Table;

/// <summary>A global secondary index. Items without both key attributes are not in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PartitionKey">Attribute, a text.</param>
/// <param name="SortKey">Attribute, a text.</param>
/// <param name="Included">Attributes beside the keys that it repeats; null for all. A write that changes none of them costs nothing here.</param>
public sealed record IndexDefinition(string Name, string PartitionKey, string SortKey, IReadOnlyList<string>? Included);

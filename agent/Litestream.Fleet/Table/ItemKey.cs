namespace Litestream.Fleet.Table;

/// <summary>The primary key of an item.</summary>
/// <param name="Partition">Attribute <see cref="FleetTable.PartitionKey"/>.</param>
/// <param name="Sort">Attribute <see cref="FleetTable.SortKey"/>.</param>
public readonly record struct ItemKey(string Partition, string Sort)
{
    public override string ToString() => $"{Partition} / {Sort}";
}

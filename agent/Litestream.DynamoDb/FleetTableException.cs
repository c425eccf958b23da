using Litestream.Fleet.Table;

namespace Litestream.DynamoDb;

/// <summary>A request to the fleet's table failed.</summary>
public sealed class FleetTableException(TableFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public TableFault Fault => fault;

    /// <summary>With <see cref="TableFault.Refused"/>: the item as it is; null when there is none.</summary>
    public Item? Found { get; init; }
}

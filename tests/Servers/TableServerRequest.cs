using System.Text.Json;

namespace Litestream.Tests.Servers;

/// <summary>One request to a table of the tests.</summary>
/// <param name="Operation">UpdateItem, GetItem, Query, …</param>
/// <param name="Body">As it came.</param>
internal sealed record TableServerRequest(string Operation, JsonElement Body)
{
    /// <summary>Partition and sort key; empty for a query.</summary>
    public (string Partition, string Sort) Item => Body.TryGetProperty("Key", out var key)
        ? (key.GetProperty("pk").GetProperty("S").GetString()!, key.GetProperty("sk").GetProperty("S").GetString()!)
        : ("", "");
}

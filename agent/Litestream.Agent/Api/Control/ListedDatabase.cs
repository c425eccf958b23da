using System.Text.Json.Serialization;

namespace Litestream.Agent.Api.Control;

/// <summary>One database of <c>/list</c>.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Status"><c>replicating</c>, <c>open</c> (registered, and something keeps it from being replicated now), or <c>stopped</c>.</param>
/// <param name="LastSyncAt">When something was last published, UTC; left out before the first time.</param>
internal sealed record ListedDatabase(
    string Path, string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastSyncAt);

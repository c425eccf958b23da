using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands.Control;

/// <summary>What these commands print with <c>-json</c> where it is not the socket's own answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DatabaseState))]
[JsonSerializable(typeof(SyncResult))]
internal sealed partial class CommandJson : JsonSerializerContext;

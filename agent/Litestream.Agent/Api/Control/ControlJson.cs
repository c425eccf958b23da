using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Agent.Api.Control;

/// <summary>The control socket's JSON: Litestream's, in snake case, with transactions as decimal numbers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 16)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(StateAnswer))]
[JsonSerializable(typeof(RegisteredAnswer))]
[JsonSerializable(typeof(SyncAnswer))]
[JsonSerializable(typeof(TxidAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
[JsonSerializable(typeof(SyncStatusAnswer))]
[JsonSerializable(typeof(DrillAnswer))]
[JsonSerializable(typeof(RestoreLine))]
[JsonSerializable(typeof(InPlaceAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;

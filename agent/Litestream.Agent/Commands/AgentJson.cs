using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands;

/// <summary>What commands print with <c>-json</c>; upstream's snake case where upstream has the command. The API's records are in Litestream.Fleet.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(RestorePlanAnswer))]
[JsonSerializable(typeof(RestoreSkippedAnswer))]
[JsonSerializable(typeof(ResetAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(List<DatabaseAnswer>))]
[JsonSerializable(typeof(List<LtxAnswer>))]
internal sealed partial class AgentJson : JsonSerializerContext;

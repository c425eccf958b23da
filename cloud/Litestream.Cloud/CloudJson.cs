using System.Text.Json;
using System.Text.Json.Serialization;
using Litestream.Cloud.Drills;
using Litestream.Cloud.Lambda;

namespace Litestream.Cloud;

/// <summary>What Lambda says and is told; what the API says is the treaty's (<see cref="Litestream.Fleet.Api.FleetJson"/>).</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HttpApiEvent))]
[JsonSerializable(typeof(HttpApiAnswer))]
[JsonSerializable(typeof(RuntimeFailure))]
[JsonSerializable(typeof(RoundReport))]
internal sealed partial class CloudJson : JsonSerializerContext;

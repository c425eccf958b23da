using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Agent;

/// <summary>The file <c>registered.json</c> of the state folder.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(List<RegisteredDatabase>))]
internal sealed partial class RegisteredJson : JsonSerializerContext;

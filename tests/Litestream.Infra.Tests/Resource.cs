using System.Text.Json.Nodes;

namespace Litestream.Infra.Tests;

/// <summary>A resource of a template.</summary>
internal sealed record Resource(string Name, JsonObject Json)
{
    public string Type => Json[nameof(Type)]!.GetValue<string>();

    public JsonObject Properties => Json[nameof(Properties)] as JsonObject ?? [];

    public JsonNode? this[string property] => Properties[property];

    /// <summary>What becomes of it when the stack or the resource goes.</summary>
    public bool IsKept => Json["DeletionPolicy"]?.GetValue<string>() == "Retain" && Json["UpdateReplacePolicy"]?.GetValue<string>() == "Retain";

    public bool Contains(string text) => Json.ToJsonString(Plain).Contains(text, StringComparison.Ordinal);

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

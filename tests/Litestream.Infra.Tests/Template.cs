using System.Text.Json.Nodes;

namespace Litestream.Infra.Tests;

/// <summary>A CloudFormation template.</summary>
internal sealed class Template(JsonObject json)
{
    public IEnumerable<Resource> Resources => json[nameof(Resources)]!.AsObject().Select(r => new Resource(r.Key, r.Value!.AsObject()));

    public IEnumerable<string> Parameters => (json[nameof(Parameters)] as JsonObject ?? []).Select(p => p.Key);

    public JsonObject Outputs => json[nameof(Outputs)]!.AsObject();

    public IReadOnlyList<Resource> Of(string type) => [.. Resources.Where(r => r.Type == type)];

    public Resource Only(string type) => Assert.Single(Of(type));

    /// <summary>All statements of policies, of whatever resource has some.</summary>
    public IEnumerable<(string Where, JsonObject Statement)> Statements() =>
        from resource in Resources
        from statement in Find(resource.Properties)
        select (resource.Name, statement);

    /// <summary>Names to which Ref and Fn::GetAtt lead.</summary>
    public IEnumerable<string> References() => ReferencesIn(json);

    /// <summary>A value that is one or many.</summary>
    public static IReadOnlyList<JsonNode> Many(JsonNode? value) => value switch { null => [], JsonArray many => [.. many.Select(m => m!)], _ => [value] };

    private static IEnumerable<string> ReferencesIn(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } o when o["Ref"] is JsonValue name => [name.GetValue<string>()],
        JsonObject { Count: 1 } o when o["Fn::GetAtt"] is { } of => [of is JsonArray parts ? parts[0]!.GetValue<string>() : of.GetValue<string>().Split('.')[0]],
        JsonObject o => o.SelectMany(member => ReferencesIn(member.Value)),
        JsonArray a => a.SelectMany(ReferencesIn),
        _ => [],
    };

    private static IEnumerable<JsonObject> Find(JsonNode? node) => node switch
    {
        JsonObject o when o["Effect"] is not null && (o["Action"] is not null || o["NotAction"] is not null) => [o],
        JsonObject o => o.SelectMany(member => Find(member.Value)),
        JsonArray a => a.SelectMany(Find),
        _ => [],
    };
}

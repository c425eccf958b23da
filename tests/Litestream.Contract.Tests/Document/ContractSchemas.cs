using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Litestream.Contract.Restores;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Tests.Document;

/// <summary>The treaty's records as JSON schemas, as its one serializer writes and reads them.</summary>
internal sealed partial class ContractSchemas(DocComments comments)
{
    private const string TxidPattern = "^[0-9a-f]{16}$";
    private const string AskedTxidPattern = "^[0-9a-fA-F]{16}$";

    private static readonly HashSet<Type> Bodies = [.. Operations.All.Select(o => o.Body).OfType<Type>()];

    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    public JsonObject All => new(_schemas.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value.DeepClone())));

    public JsonObject Reference(Type type)
    {
        if (!_schemas.ContainsKey(type.Name))
        {
            _schemas[type.Name] = [];
            _schemas[type.Name] = Make(type);
        }
        return new() { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    private JsonObject Make(Type type)
    {
        var isBody = Bodies.Contains(type);
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => context.Path.IsEmpty ? schema : Transform(context, schema),
        };
        var schema = (JsonObject)FleetJson.Default.Options.GetJsonSchemaAsNode(type, options);
        schema["type"] = "object";
        var members = (JsonObject)(schema["properties"] ?? new JsonObject());
        foreach (var (name, member) in members.ToList())
            members[name] = Describe(type, type.GetProperties().Single(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), (JsonObject)member!.DeepClone(), isBody);
        var whole = new JsonObject { ["type"] = "object" };
        if (comments.Text(type.Name) is { } description)
            whole["description"] = description;
        whole["properties"] = members.DeepClone();
        // Every member of an answer is there, null or not; of what is asked for the body says what it lacks.
        if (!isBody)
            whole["required"] = new JsonArray([.. members.Select(m => (JsonNode)m.Key)]);
        else if (type.GetCustomAttribute<JsonUnmappedMemberHandlingAttribute>() is { UnmappedMemberHandling: JsonUnmappedMemberHandling.Disallow })
            whole["additionalProperties"] = false;
        return whole;
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var isNullable = context.PropertyInfo is { IsGetNullable: true };
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(DateTimeOffset))
            return new JsonObject { ["type"] = isNullable || context.TypeInfo.Type != type ? new JsonArray("string", "null") : "string", ["format"] = "date-time" };
        if (type.Namespace != typeof(FleetJson).Namespace)
            return schema;
        return isNullable ? new JsonObject { ["anyOf"] = new JsonArray(Reference(type), new JsonObject { ["type"] = "null" }) } : Reference(type);
    }

    private JsonObject Describe(Type type, PropertyInfo member, JsonObject schema, bool isBody)
    {
        var raw = comments.Raw(type.Name, member.Name) ?? "";
        if (comments.Text(type.Name, member.Name) is { } text)
            schema["description"] = text;
        if (member.PropertyType == typeof(string))
        {
            if (member.Name.EndsWith("Txid", StringComparison.Ordinal))
                schema["pattern"] = isBody ? AskedTxidPattern : TxidPattern;
            if (WordsIn(raw, member.Name) is { Count: > 0 } words)
                schema["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w), .. IsNullable(schema) ? new JsonNode?[] { null } : []]);
        }
        if (member.PropertyType == typeof(long) || member.PropertyType == typeof(long?))
            schema["format"] = "int64";
        if (type == typeof(RestoreRequest) && member.Name == nameof(RestoreRequest.Tenants))
            (schema["minItems"], schema["maxItems"]) = (1, RestoreWish.MostTenants);
        if (isBody && member.Name == nameof(RestoreRequest.ExpiresInSeconds))
            (schema["minimum"], schema["maximum"]) = (60, (int)CommandItem.LongestLife.TotalSeconds);
        return schema;
    }

    private static bool IsNullable(JsonObject schema) => schema["type"] is JsonArray types && types.Any(t => (string?)t == "null");

    /// <summary>The closed lists that a comment names, or single words of them.</summary>
    private static List<string> WordsIn(string comment, string member)
    {
        var words = new List<string>();
        foreach (Match match in Words().Matches(comment))
        {
            var list = typeof(StatusWords).Assembly.GetTypes().Single(t => t.Name == match.Groups[1].Value);
            words.AddRange(match.Groups[2].Success ? [(string)list.GetField(match.Groups[2].Value)!.GetRawConstantValue()!] : Of(list));
        }
        if (words.Count == 0 && member == nameof(RestoreRequest.IfBusy))
            words.AddRange(Of(typeof(IfBusyWords)));
        return [.. words.Distinct()];
    }

    private static IEnumerable<string> Of(Type list) => list.GetFields().Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!);

    [GeneratedRegex("""<see cref="(?:Items\.)?(\w+(?:Words|Codes|Kinds|States|Verdicts|Errors))(?:\.(\w+))?"/>""")]
    private static partial Regex Words();
}

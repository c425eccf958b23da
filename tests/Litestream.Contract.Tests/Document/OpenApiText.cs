using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Litestream.Fleet;
using Litestream.Fleet.Api;

namespace Litestream.Contract.Tests.Document;

/// <summary>The document: addresses and scopes from the programs, records and codes from the treaty, and what nobody can ask a program from <see cref="Operations"/>.</summary>
internal sealed class OpenApiText(ServedRoutes fleet, ServedRoutes host, DocComments comments)
{
    private const string Json = "application/json";
    private const string Scheme = "bearer";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ContractSchemas _schemas = new(comments);

    public string Write()
    {
        var paths = new JsonObject();
        foreach (var operation in Operations.All)
        {
            if (paths[operation.Path] is not JsonObject path)
                paths[operation.Path] = path = [];
            path[operation.Method.ToLowerInvariant()] = Of(operation);
        }
        _schemas.Reference(typeof(Problem));
        var schemas = _schemas.All;
        schemas[nameof(Problem)]!["properties"]!["code"]!["x-meanings"] = Meanings();
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = Info(),
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ".", ["description"] = "Whoever serves the front end: an agent for its own host, or the API of a fleet." }),
            ["tags"] = new JsonArray([.. Operations.All.Select(o => o.Tag).Distinct().Select(tag => (JsonNode)new JsonObject { ["name"] = tag, ["description"] = Chapter(tag) })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    [Scheme] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "A token of the fleet's issuer, or of its file of tokens, with each scope that is named. An agent on loopback needs none; one that other machines reach takes its own token for changes, and no scopes.",
                    },
                },
            },
        };
        return document.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Info() => new()
    {
        ["title"] = "Litestream for fleets",
        ["version"] = "1",
        ["summary"] = "One contract, two hosts: an agent answers for its own host, Litestream.Cloud for all that report to a table.",
        ["description"] = "`x-served-by` says which of the two has an operation, or a parameter. Members and operations are added, never renamed or removed: a reader ignores what it does not know. "
            + "Every error is a problem document (RFC 9457) whose `code` is stable. Times are ISO 8601 in UTC, transactions 16 hexadecimal digits, durations and sizes carry their unit in the name. "
            + "Lists are `items` and `nextCursor` (null: the end). Made by the tests of Litestream.Contract.",
        ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
    };

    private static string Chapter(string tag) => tag switch
    {
        "Overview" => "How everything is.",
        "Hosts" => "Who replicates.",
        "Tenants" => "What is replicated, and what of it can be restored.",
        "Restores" => "Former states, in place or elsewhere.",
        "Commands" => "What a host is told to do.",
        _ => "An agent's databases by name; of a host's API only.",
    };

    private JsonObject Of(Operation operation)
    {
        var said = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray(operation.Tag),
            ["summary"] = operation.Summary,
        };
        if (operation.Description is { } description)
            said["description"] = description;
        said["x-served-by"] = ServedBy(operation);
        said["security"] = Security(operation);
        var parameters = operation.Parameters.Concat(operation.IsKeyed ? [Parameter.IdempotencyKey] : []).Concat(operation.HasTag ? [Parameter.IfNoneMatch] : []).Select(Of).ToArray();
        if (parameters.Length > 0)
            said["parameters"] = new JsonArray(parameters);
        if (operation.Body is { } body)
            said["requestBody"] = new JsonObject { ["required"] = !operation.IsBodyOptional, ["content"] = Content(Json, _schemas.Reference(body)) };
        said["responses"] = Responses(operation);
        return said;
    }

    private JsonArray ServedBy(Operation operation) => new([.. new[] { ("fleet", fleet), ("host", host) }.Where(s => s.Item2.Has(operation)).Select(s => (JsonNode)s.Item1)]);

    /// <summary>Of a fleet the scope that the address asks for; a host on loopback asks for nothing.</summary>
    private JsonArray Security(Operation operation)
    {
        var ways = new JsonArray();
        if (fleet.Scopes.GetValueOrDefault(operation.Key) is { } scope)
            ways.Add(new JsonObject { [Scheme] = new JsonArray(scope) });
        else if (!operation.IsRead)
            ways.Add(new JsonObject { [Scheme] = new JsonArray() });
        if (host.Has(operation) || fleet.Scopes.GetValueOrDefault(operation.Key) is null)
            ways.Add(new JsonObject());
        return ways;
    }

    private static JsonObject Of(Parameter parameter)
    {
        var schema = (JsonObject)parameter.Schema.DeepClone();
        var text = parameter.FleetMaximum is { } most ? $"{parameter.Description} A fleet's API takes {most}." : parameter.Description;
        var said = new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.In, ["required"] = parameter.IsRequired, ["description"] = text, ["schema"] = schema };
        if (parameter.Only is { } only)
            said["x-served-by"] = new JsonArray(only);
        return said;
    }

    private JsonObject Responses(Operation operation)
    {
        var responses = new SortedDictionary<int, JsonObject>();
        foreach (var (status, types, description) in operation.Answers)
        {
            var schema = types.Length == 1 ? _schemas.Reference(types[0]) : new JsonObject { ["anyOf"] = new JsonArray([.. types.Select(t => (JsonNode)_schemas.Reference(t))]) };
            responses[status] = new() { ["description"] = description, ["content"] = Content(Json, schema) };
            if (status == 200 && operation.HasTag)
                responses[status]["headers"] = Header("ETag", "For If-None-Match.");
            if (status == 202 && operation.IsKeyed)
                responses[status]["headers"] = Header("Location", "Where to look how it goes.");
        }
        if (operation.HasTag)
            responses[304] = new() { ["description"] = "The caller has it." };
        foreach (var (status, codes) in CodesOf(operation))
            AddProblem(responses, status, codes);
        return new(responses.Select(r => KeyValuePair.Create<string, JsonNode?>($"{r.Key}", r.Value)));
    }

    private void AddProblem(SortedDictionary<int, JsonObject> responses, int status, IReadOnlyList<string> codes)
    {
        if (!responses.TryGetValue(status, out var response))
            responses[status] = response = new() { ["description"] = "" };
        response["description"] = $"{response["description"]} {string.Join(", ", codes.Select(code => $"`{code}`"))}".Trim();
        if (response["content"] is not JsonObject content)
            response["content"] = content = [];
        content[Problem.MediaType] = new JsonObject { ["schema"] = _schemas.Reference(typeof(Problem)) };
        response["x-codes"] = new JsonArray([.. codes.Select(c => (JsonNode)c)]);
    }

    /// <summary>Its own, and those that come with what it is: a body, a key, a scope, a table behind it.</summary>
    private SortedDictionary<int, IReadOnlyList<string>> CodesOf(Operation operation)
    {
        var codes = new List<string>(operation.Codes) { ProblemCodes.Internal };
        if (operation.Body is not null)
            codes.AddRange([ProblemCodes.BadBody, ProblemCodes.BodyTooLarge, ProblemCodes.NotJson]);
        if (operation.IsKeyed)
            codes.AddRange([ProblemCodes.BadIdempotencyKey, ProblemCodes.IdempotencyKeyReused]);
        if (!operation.IsRead)
            codes.Add(ProblemCodes.ForeignOrigin);
        if (!operation.IsRead && host.Has(operation))
            codes.AddRange([ProblemCodes.TokenRequired, ProblemCodes.WritesDisabled]);
        if (fleet.Has(operation))
            codes.AddRange([ProblemCodes.ForeignOrigin, ProblemCodes.Unavailable, ProblemCodes.TooLong]);
        if (fleet.Scopes.GetValueOrDefault(operation.Key) is not null)
            codes.AddRange([ProblemCodes.Unauthenticated, ProblemCodes.ScopeMissing]);
        return new(codes.Distinct().GroupBy(StatusOf).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Order(StringComparer.Ordinal)]));
    }

    /// <summary>As the treaty's comment begins: <c>404: no such address.</c></summary>
    private int StatusOf(string code) => int.Parse(CommentOf(code).AsSpan(0, 3), provider: null);

    private JsonObject Meanings() => new(
        from field in typeof(ProblemCodes).GetFields()
        let code = (string)field.GetRawConstantValue()!
        orderby code
        select KeyValuePair.Create<string, JsonNode?>(code, CommentOf(code)));

    private string CommentOf(string code) =>
        comments.Text(nameof(ProblemCodes), typeof(ProblemCodes).GetFields().Single(f => f.IsLiteral && (string)f.GetRawConstantValue()! == code).Name) ?? throw new InvalidOperationException($"{code} has no comment");

    private static JsonObject Content(string type, JsonObject schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Header(string name, string description) => new() { [name] = new JsonObject { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } } };
}

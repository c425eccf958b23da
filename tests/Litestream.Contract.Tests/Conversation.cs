using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Litestream.Agent.Tests;
using Litestream.Contract.Tests.Document;
using Litestream.EndToEnd.Programs;

namespace Litestream.Contract.Tests;

/// <summary>Requests to one of the programs, and its answers as the document's reader would meet them.</summary>
internal sealed class Conversation(HttpClient http)
{
    private readonly JsonArray _answers = [];
    private readonly HashSet<string> _succeeded = [];

    /// <summary>Operations that answered what they are for.</summary>
    public IReadOnlySet<string> Succeeded => _succeeded;

    public Task<JsonElement> GetAsync(string path, string query = "", params string[] ids) => SendAsync("GET", path, query, null, ids);

    /// <param name="method">Of the request.</param>
    /// <param name="path">As it is mapped: <c>/api/hosts/{id}</c>.</param>
    /// <param name="query">With its question mark, or nothing.</param>
    /// <param name="body">Null: none; a text as it is.</param>
    /// <param name="ids">For the braces of the path, in their order.</param>
    public async Task<JsonElement> SendAsync(string method, string path, string query, object? body, params string[] ids)
    {
        var address = path;
        foreach (var id in ids)
            address = address[..address.IndexOf('{', StringComparison.Ordinal)] + Uri.EscapeDataString(id) + address[(address.IndexOf('}', StringComparison.Ordinal) + 1)..];
        using var request = new HttpRequestMessage(new(method), address + query);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        if (method != "GET")
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        var json = said.Length == 0 ? null : JsonNode.Parse(said);
        _answers.Add(new JsonObject { ["method"] = method, ["path"] = path, ["status"] = (int)answer.StatusCode, ["type"] = answer.Content.Headers.ContentType?.ToString(), ["body"] = json });
        if (answer.IsSuccessStatusCode)
            _succeeded.Add($"{method} {path}");
        return JsonSerializer.SerializeToElement(json);
    }

    /// <summary>All answers fit the committed document, and every operation of the program was among them.</summary>
    public async Task ExpectFitAsync(ServedRoutes served)
    {
        Assert.Empty(served.Scopes.Keys.Except(_succeeded));
        using var folder = new TestFolder();
        await NodeModules.FolderAsync();
        string[] arguments = [Path.Combine(Repository.Root, "tests", "lint", "openapi.mjs"), "answers", Path.Combine(Repository.Root, "docs", "api", "openapi.json"), folder.File("answers.json", _answers.ToJsonString())];
        (await ChildProcess.RunAsync("node", arguments, Repository.Root)).MustSucceed();
    }

    /// <summary>Each number is taken up to what the document says, and refused above it.</summary>
    public async Task KeepsLimitsAsync(ServedRoutes served, string program, Func<Operation, (string Query, string[] Ids)> sample)
    {
        foreach (var operation in Operations.All.Where(o => o.IsRead && served.Has(o)))
        {
            var (query, ids) = sample(operation);
            var separator = query.Length > 0 ? "&" : "?";
            foreach (var parameter in operation.Parameters.Where(p => (string?)p.Schema["type"] == "integer" && (p.Only ?? program) == program))
            {
                var most = program == "fleet" && parameter.FleetMaximum is { } less ? less : (int)parameter.Schema["maximum"]!;
                await SendAsync("GET", operation.Path, $"{query}{separator}{parameter.Name}={most}", null, ids);
                Assert.Equal(200, LastStatus);
                await SendAsync("GET", operation.Path, $"{query}{separator}{parameter.Name}={most + 1}", null, ids);
                Assert.True(LastStatus == 400, $"{operation.Key} takes {parameter.Name}={most + 1}: {LastStatus}");
            }
        }
    }

    private int LastStatus => (int)_answers[^1]!["status"]!;
}

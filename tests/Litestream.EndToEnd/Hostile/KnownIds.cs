using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Of what is there: a host, its tenant, and what was asked for and done. With an id of nobody's, a request is refused before anybody looks at the rest of it.</summary>
internal sealed record KnownIds(string Host, string Tenant, string Drill, string Restore, string Command)
{
    /// <summary>Asks the API for one of each.</summary>
    /// <param name="http">Of the API.</param>
    /// <param name="tenant">That is replicated.</param>
    /// <param name="target">To which it may be restored.</param>
    public static async Task<KnownIds> MakeAsync(HttpClient http, string tenant, string target)
    {
        var host = (await GetAsync(http, "/api/hosts")).GetProperty("items")[0].GetProperty("hostId").GetString()!;
        return new(host, tenant,
            await PostAsync(http, "/api/drills", $$"""{"tenants":["{{tenant}}"]}"""),
            await PostAsync(http, "/api/restores", $$"""{"tenants":["{{tenant}}"],"targetPath":"{{target}}"}"""),
            await PostAsync(http, $"/api/hosts/{host}/commands", $$"""{"kind":"sync","tenant":"{{tenant}}"}"""));
    }

    /// <summary>For an address of the contract; null when nothing of that kind was made.</summary>
    public string? For(string path) => path.Split('/')[2] switch
    {
        "hosts" => Host,
        "tenants" or "databases" or "health" => Tenant,
        "drills" => Drill,
        "restores" => Restore,
        _ => null,
    };

    /// <summary>All that was ever asked for: what a hostile request did would be among it.</summary>
    public async Task<IReadOnlyList<string>> AskedForAsync(HttpClient http)
    {
        var ids = new List<string>();
        foreach (var list in new[] { "/api/drills", "/api/restores", $"/api/hosts/{Host}/commands" })
            ids.AddRange((await GetAsync(http, list)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(path, answer);
    }

    private static async Task<string> PostAsync(HttpClient http, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request);
        return (await ReadAsync(path, answer)).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> ReadAsync(string path, HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{path}: {(int)answer.StatusCode} {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}

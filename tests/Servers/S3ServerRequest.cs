using Microsoft.AspNetCore.Http;

namespace Litestream.Tests.Servers;

/// <summary>One request as the server saw it.</summary>
internal sealed record S3ServerRequest(string Method, string Bucket, string Key, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public bool IsPart => Query.ContainsKey("partNumber");

    public bool IsListing => Method == "GET" && Key.Length == 0;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static S3ServerRequest Of(HttpRequest request, byte[] body)
    {
        var path = request.Path.Value!.TrimStart('/').Split('/', 2);
        return new(request.Method, path[0], path.Length > 1 ? path[1] : "",
            request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
    }

    public override string ToString() => $"{Method} {Bucket}/{Key}{(Query.Count > 0 ? "?" + string.Join('&', Query.Select(q => $"{q.Key}={q.Value}")) : "")}";
}

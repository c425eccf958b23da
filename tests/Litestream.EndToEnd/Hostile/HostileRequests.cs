using System.Text;
using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>What can be wrong with a request, for every address of the contract: a new one is among them by itself.</summary>
internal static class HostileRequests
{
    private const string Nobody = "00000000-0000-4000-8000-000000000000";
    private const string Key = "Idempotency-Key: 01ARZ3NDEKTSV4RRFFQ69G5FAV\r\n";
    private const string Json = "Content-Type: application/json\r\n";

    /// <summary>More than any body of ours may have.</summary>
    private const int TooMany = 10 << 20, Chunk = 1 << 20;

    /// <summary>Those that are no JSON API, and those of the control socket, which no port has.</summary>
    private static readonly (string Method, string Path, string[] ServedBy)[] Others =
    [
        ("GET", "/", ["host", "fleet"]), ("GET", "/metrics", ["host"]), ("GET", "/list", []), ("GET", "/info", []), ("GET", "/txid", []), ("POST", "/sync", []), ("POST", "/stop", []),
        ("POST", "/start", []), ("POST", "/register", []), ("POST", "/unregister", []), ("POST", "/drill", []), ("POST", "/restore", []),
    ];

    private static readonly string[] Heads =
    [
        // Host, then what is said of the body.
        "Host: evil.example\r\n", "Host: 127.0.0.1.evil.example\r\n", "", "Host: localhost\r\nHost: localhost\r\n", "Host: a b\r\n", "Host: \0\r\n",
        "Host: localhost\r\nContent-Length: 10485760\r\n", "Host: localhost\r\nContent-Length: -1\r\n", "Host: localhost\r\nContent-Length: 99999999999999999999\r\n",
        "Host: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n", "Host: localhost\r\nContent-Length: 0x10\r\n", "Host: localhost\r\nTransfer-Encoding: gzip, nonsense\r\n",
        "Host: localhost\r\nX: a\r\n folded: b\r\n", "Host: localhost\r\nX\r\n", "Host: localhost\r\n: x\r\n", "Host: localhost\r\nX: \0\r\n",
        $"Host: localhost\r\nX: {new string('x', 64 * 1024)}\r\n", "Host: localhost\r\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"X{i}: y\r\n")),
    ];

    private static readonly string[] Paths =
    [
        "/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5c", "/%00", "/%", "/%zz", "/%c0%ae%c0%ae", "/\\", "/a\0b", "/" + "x/y",
    ];

    private static readonly string[] Methods = ["PATCH", "TRACE", "PROPFIND", "CONNECT", "FOO", "DELETE"];

    private static readonly string[] ForeignPages =
    [
        "Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://localhost.evil.example\r\n", "Origin: https://localhost\r\n",
    ];

    private static readonly string[] Types =
    [
        "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: multipart/form-data; boundary=x\r\n", "Content-Type: ;;;\r\n", "",
    ];

    private static readonly byte[][] Bodies =
    [
        [.. "nonsense"u8], [.. "{"u8], [.. "[]"u8], [.. "null"u8], [.. "5"u8], [.. "{}x"u8], [.. "{\"a\":1e999}"u8], [.. "{\"surprise\":true}"u8], [.. "{\"tenants\":[],\"tenants\":[]}"u8],
        [.. "{\"status\":\"nonsense\"}"u8], [.. "{\"kind\":\"nonsense\"}"u8],
        [.. "{\"path\":\""u8, 0xc3, 0x28, .. "\"}"u8], [0xff, 0xfe, (byte)'{', 0, (byte)'}', 0], [0, 0, 0, 0],
        Encoding.ASCII.GetBytes(new string('[', 15_000)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 3_000))),
        Encoding.ASCII.GetBytes($"{{\"path\":\"{new string('x', 15_000)}\",\"kind\":\"{new string('y', 500)}\"}}"),
    ];

    private static readonly string[] Chunks =
    [
        "zz\r\n", "ffffffffffffffff\r\n", "-5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloworld\r\n0\r\n\r\n", $"5;{new string('x', 100_000)}\r\nhello\r\n",
    ];

    private const string Chunked = $"Host: localhost\r\n{Key}{Json}Transfer-Encoding: chunked\r\n";

    private static readonly byte[] Large = [.. "{\"path\":\""u8, .. Enumerable.Repeat((byte)'x', TooMany - 11), .. "\"}"u8];
    private static readonly byte[] LargeInChunks = InChunks(Large);

    /// <summary>Every method and path, with an id of nobody's, and with one of what is there.</summary>
    /// <param name="servedBy">As the document calls the program: a host, or a fleet.</param>
    /// <param name="known">What it has.</param>
    public static IReadOnlyList<HostileAddress> Addresses(string servedBy, KnownIds known)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "api", "openapi.json")));
        var described = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => operation.Name is "get" or "post" or "put" or "delete" or "patch")
            .SelectMany(operation => Of(operation, path.Name, servedBy, known))).ToList();
        Assert.True(described.Count > 50 && !described.Exists(a => a.Path.Contains('{', StringComparison.Ordinal)), "the document of the API describes its addresses");
        return [.. described, .. Others.Select(o => new HostileAddress(o.Method, o.Path, o.ServedBy.Contains(servedBy), IsThere: true, ReadsBody: false))];
    }

    private static IEnumerable<HostileAddress> Of(JsonProperty operation, string path, string servedBy, KnownIds known)
    {
        var isServed = operation.Value.GetProperty("x-served-by").EnumerateArray().Any(program => program.GetString() == servedBy);
        var nobodys = new HostileAddress(operation.Name.ToUpperInvariant(), Filled(path, Nobody, Nobody), isServed, !path.Contains('{', StringComparison.Ordinal), operation.Value.TryGetProperty("requestBody", out _));
        yield return nobodys;
        if (!nobodys.IsThere && known.For(path) is { } id)
            yield return nobodys with { Path = Filled(path, id, known.Command), IsThere = true };
    }

    private static string Filled(string path, string id, string command) => path.Replace("{id}", id, StringComparison.Ordinal).Replace("{command}", command, StringComparison.Ordinal);

    /// <summary>All that can be wrong with a request to it.</summary>
    public static IEnumerable<HostileRequest> For(HostileAddress address)
    {
        var (method, path) = (address.Method, address.Path);
        foreach (var head in Heads)
            yield return Head(method, path, head + (method == "GET" || head.Contains("Length", StringComparison.Ordinal) ? "" : "Content-Length: 0\r\n"));
        yield return Head(method, $"{path}?x={new string('x', 1_000_000)}", "Host: localhost\r\n");
        yield return Head(method, "http://evil.example" + path, "Host: localhost\r\n");
        // Of all that the API reads, only whether a program is well may be asked with whatever a monitor adds.
        if (method == "GET" && path.StartsWith("/api/", StringComparison.Ordinal) && path != "/api/health")
            yield return Head(method, path + "?surprise=%3Cscript%3E", "Host: localhost\r\n");
        foreach (var hostile in Paths)
            yield return Head(method, path.TrimEnd('/') + hostile, "Host: localhost\r\nContent-Length: 0\r\n") with { IsElsewhere = true };
        foreach (var hostile in Methods)
            yield return Head(hostile, path, "Host: localhost\r\nContent-Length: 0\r\n");
        if (method is "GET")
            yield break;
        foreach (var headers in ForeignPages)
            yield return With(method, path, Key + Json + headers, [.. "{}"u8]);
        yield return With(method, path, Key + "Content-Type: application/json; charset=nonsense\r\n", [.. "{}"u8]);
        foreach (var type in Types)
            yield return With(method, path, Key + type, [.. "{}"u8]) with { IsBodyAlone = true };
        foreach (var body in Bodies)
            yield return With(method, path, Key + Json, body) with { IsBodyAlone = true };
        yield return With(method, path, $"Idempotency-Key: {new string('x', 5_000)}\r\n{Json}", [.. "{\"surprise\":1}"u8]) with { IsBodyAlone = true };
        foreach (var chunk in Chunks)
            yield return Head(method, path, Chunked, Encoding.ASCII.GetBytes(chunk)) with { IsBodyAlone = true };
        yield return With(method, path, Key + Json, Large) with { IsTooLarge = true };
        yield return Head(method, path, Chunked, LargeInChunks) with { IsTooLarge = true, IsBodyAlone = true };
    }

    private static byte[] InChunks(ReadOnlySpan<byte> body)
    {
        var chunks = new MemoryStream();
        for (; body.Length > 0; body = body[Math.Min(Chunk, body.Length)..])
        {
            chunks.Write(Encoding.ASCII.GetBytes($"{Math.Min(Chunk, body.Length):x}\r\n"));
            chunks.Write(body[..Math.Min(Chunk, body.Length)]);
            chunks.Write("\r\n"u8);
        }
        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }

    private static HostileRequest With(string method, string path, string headers, byte[] body) =>
        Head(method, path, $"Host: localhost\r\n{headers}Content-Length: {body.Length}\r\n", body);

    private static HostileRequest Head(string method, string path, string headers, byte[]? body = null)
    {
        var head = $"{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n";
        var what = head + Encoding.Latin1.GetString(body.AsSpan()[..Math.Min(body?.Length ?? 0, 400)]);
        return new(what[..Math.Min(what.Length, 400)], [.. Encoding.Latin1.GetBytes(head), .. body ?? []]);
    }
}

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

    /// <summary>Those that are no JSON API, and those of the control socket, which no port has.</summary>
    private static readonly (string Method, string Path)[] Others =
    [
        ("GET", "/"), ("GET", "/metrics"), ("GET", "/list"), ("GET", "/info"), ("GET", "/txid"), ("POST", "/sync"), ("POST", "/stop"), ("POST", "/start"), ("POST", "/register"),
        ("POST", "/unregister"), ("POST", "/drill"), ("POST", "/restore"),
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

    private static readonly string[] ForeignHeaders =
    [
        Json + "Origin: http://evil.example\r\n", Json + "Origin: null\r\n", Json + "Origin: http://localhost.evil.example\r\n", Json + "Origin: https://localhost\r\n",
        "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: application/json; charset=nonsense\r\n", "Content-Type: ;;;\r\n", "",
    ];

    private static readonly byte[][] Bodies =
    [
        [.. "nonsense"u8], [.. "{"u8], [.. "[]"u8], [.. "null"u8], [.. "5"u8], [.. "{}x"u8], [.. "{\"a\":1e999}"u8], [.. "{\"surprise\":true}"u8], [.. "{\"tenants\":[],\"tenants\":[]}"u8],
        [.. "{\"path\":\""u8, 0xc3, 0x28, .. "\"}"u8], [0xff, 0xfe, (byte)'{', 0, (byte)'}', 0], [0, 0, 0, 0],
        Encoding.ASCII.GetBytes(new string('[', 15_000)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 3_000))),
        Encoding.ASCII.GetBytes($"{{\"path\":\"{new string('x', 15_000)}\",\"kind\":\"{new string('y', 500)}\"}}"),
    ];

    private static readonly string[] Chunks =
    [
        "zz\r\n", "ffffffffffffffff\r\n", "-5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloworld\r\n0\r\n\r\n", $"5;{new string('x', 100_000)}\r\nhello\r\n",
    ];

    /// <summary>Every method and path, with an id of nobody's.</summary>
    public static IReadOnlyList<(string Method, string Path)> Addresses()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "api", "openapi.json")));
        var described = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => operation.Name is "get" or "post" or "put" or "delete" or "patch")
            .Select(operation => (operation.Name.ToUpperInvariant(), path.Name.Replace("{id}", Nobody, StringComparison.Ordinal).Replace("{command}", Nobody, StringComparison.Ordinal)))).ToList();
        Assert.True(described.Count > 30 && !described.Exists(a => a.Item2.Contains('{', StringComparison.Ordinal)), "the document of the API describes its addresses");
        return [.. described, .. Others];
    }

    /// <summary>What is wrong, and the bytes.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> For(string method, string path)
    {
        foreach (var head in Heads)
            yield return Head(method, path, head + (method == "GET" || head.Contains("Length", StringComparison.Ordinal) ? "" : "Content-Length: 0\r\n"));
        yield return Head(method, $"{path}?x={new string('x', 1_000_000)}", "Host: localhost\r\n");
        yield return Head(method, "http://evil.example" + path, "Host: localhost\r\n");
        foreach (var hostile in Paths)
            yield return Head(method, path.TrimEnd('/') + hostile, "Host: localhost\r\nContent-Length: 0\r\n");
        foreach (var hostile in Methods)
            yield return Head(hostile, path, "Host: localhost\r\nContent-Length: 0\r\n");
        if (method is "GET")
            yield break;
        foreach (var headers in ForeignHeaders)
            yield return With(method, path, Key + headers, [.. "{}"u8]);
        foreach (var body in Bodies)
            yield return With(method, path, Key + Json, body);
        yield return With(method, path, $"Idempotency-Key: {new string('x', 5_000)}\r\n{Json}", [.. "{\"surprise\":1}"u8]);
        foreach (var chunk in Chunks)
            yield return Head(method, path, $"Host: localhost\r\n{Key}{Json}Transfer-Encoding: chunked\r\n", Encoding.ASCII.GetBytes(chunk));
        yield return Head(method, path, $"Host: localhost\r\n{Key}{Json}Transfer-Encoding: chunked\r\n", [.. "100000\r\n{\"path\":\""u8, .. new byte[0x100000 - 9], .. "\r\n0\r\n\r\n"u8]);
    }

    private static (string What, byte[] Bytes) With(string method, string path, string headers, byte[] body) =>
        Head(method, path, $"Host: localhost\r\n{headers}Content-Length: {body.Length}\r\n", body);

    private static (string What, byte[] Bytes) Head(string method, string path, string headers, byte[]? body = null)
    {
        var head = $"{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n";
        var what = $"{head}{Encoding.Latin1.GetString(body ?? [])}";
        return ($"{what[..Math.Min(what.Length, 400)]}", [.. Encoding.Latin1.GetBytes(head), .. body ?? []]);
    }
}

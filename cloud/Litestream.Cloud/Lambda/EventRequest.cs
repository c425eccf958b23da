using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Litestream.Cloud.Lambda;

/// <summary>From an event to a request. Throws <see cref="FormatException"/> for one that is none.</summary>
internal static class EventRequest
{
    private const string DefaultStage = "$default";

    public static HttpRequestFeature Of(HttpApiEvent request, out byte[] body)
    {
        if (request is not { Version: HttpApiEvent.SupportedVersion, RequestContext.Http.Method: { Length: > 0 } method })
            throw new FormatException($"version {request.Version ?? "(none)"}, and a method are needed; payload format {HttpApiEvent.SupportedVersion} is");
        body = BodyOf(request);
        var (pathBase, path) = PathOf(request);
        return new()
        {
            Method = method,
            Scheme = request.Headers?.GetValueOrDefault("x-forwarded-proto") is "http" ? "http" : "https",
            Protocol = request.RequestContext.Http.Protocol ?? "HTTP/1.1",
            PathBase = pathBase,
            Path = path,
            QueryString = request.RawQueryString is { Length: > 0 } query ? "?" + query : "",
            RawTarget = $"{request.RawPath}{(request.RawQueryString is { Length: > 0 } raw ? "?" + raw : "")}",
            Headers = HeadersOf(request, body.Length),
            Body = new MemoryStream(body, writable: false),
        };
    }

    public static IPAddress? Client(HttpApiEvent request) => IPAddress.TryParse(request.RequestContext?.Http?.SourceIp, out var address) ? address : null;

    private static byte[] BodyOf(HttpApiEvent request) => request.Body switch
    {
        null => [],
        var text when request.IsBase64Encoded => Convert.FromBase64String(text),
        var text => Encoding.UTF8.GetBytes(text),
    };

    /// <summary>A named stage stands before every path and is no part of ours.</summary>
    private static (string Base, string Path) PathOf(HttpApiEvent request)
    {
        var raw = request.RawPath is { Length: > 0 } path && path[0] == '/' ? path : "/";
        if (request.RequestContext?.Stage is { Length: > 0 } stage && stage != DefaultStage
            && (raw == $"/{stage}" || raw.StartsWith($"/{stage}/", StringComparison.Ordinal)))
            return ($"/{stage}", Decoded(raw.Length == stage.Length + 1 ? "/" : raw[(stage.Length + 1)..]));
        return ("", Decoded(raw));
    }

    /// <summary>As a web server does it: an escaped slash is not one that separates.</summary>
    private static string Decoded(string path) =>
        string.Join("%2F", path.Split(["%2F", "%2f"], StringSplitOptions.None).Select(Uri.UnescapeDataString));

    private static IHeaderDictionary HeadersOf(HttpApiEvent request, int bodyBytes)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        foreach (var (name, value) in request.Headers ?? new Dictionary<string, string>())
            headers[name] = value;
        if (request.Cookies is { Count: > 0 } cookies)
            headers[HeaderNames.Cookie] = string.Join("; ", cookies);
        if (string.IsNullOrEmpty(headers.Host) && request.RequestContext?.DomainName is { Length: > 0 } domain)
            headers.Host = domain;
        // The event's body is whole: what these said was about the way here.
        headers.Remove(HeaderNames.TransferEncoding);
        headers.ContentLength = bodyBytes > 0 || headers.ContentLength is not null ? bodyBytes : null;
        return headers;
    }
}

using System.Text.Unicode;
using Litestream.Fleet.Api;
using Microsoft.Net.Http.Headers;

namespace Litestream.Cloud.Lambda;

/// <summary>From a response to what the gateway takes. What is not surely text goes as base64: a body of a kind that nobody thought of must arrive as it was.</summary>
internal static class AnswerText
{
    private static readonly string[] TextTypes = ["application/json", "application/javascript", "application/xml", "image/svg+xml"];

    public static HttpApiAnswer Of(LambdaResponse response, ReadOnlySpan<byte> body)
    {
        var isText = body.IsEmpty || (IsText(response.Headers) && Utf8.IsValid(body));
        var cookies = response.Headers.SetCookie;
        return new()
        {
            StatusCode = response.StatusCode,
            Headers = response.Headers.Where(h => !IsOfTheConnection(h.Key)).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value.AsEnumerable())),
            Cookies = cookies.Count == 0 ? null : [.. cookies.OfType<string>()],
            Body = isText ? System.Text.Encoding.UTF8.GetString(body) : Convert.ToBase64String(body),
            IsBase64Encoded = !isText,
        };
    }

    /// <summary>Said by the server itself, where no middleware could.</summary>
    public static HttpApiAnswer Of(Problem problem) => new()
    {
        StatusCode = problem.Status,
        Headers = new Dictionary<string, string> { ["content-type"] = Problem.MediaType, ["cache-control"] = "no-store" },
        Body = System.Text.Json.JsonSerializer.Serialize(problem, FleetJson.Default.Problem),
        IsBase64Encoded = false,
    };

    private static bool IsText(IHeaderDictionary headers)
    {
        if (headers.ContentEncoding.Count > 0 || !MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out var type))
            return false;
        if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return false;
        return type.Type.Equals("text", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            || TextTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The gateway has a connection of its own to the client.</summary>
    private static bool IsOfTheConnection(string name) =>
        name.Equals(HeaderNames.SetCookie, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase);
}

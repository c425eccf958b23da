using System.Text.Json;

namespace Litestream.Tests.Servers;

/// <summary>How an invocation ended: what the function told the Runtime API.</summary>
/// <param name="Kind"><c>response</c> or <c>error</c>.</param>
/// <param name="Body">What it said.</param>
/// <param name="ErrorType">Header of an error.</param>
internal sealed record LambdaReply(string Kind, JsonElement Body, string? ErrorType)
{
    public int Status => Body.GetProperty("statusCode").GetInt32();

    /// <summary>Of the answer, as text; what came as base64 is decoded.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    public byte[] Bytes => Body.GetProperty("isBase64Encoded").GetBoolean()
        ? Convert.FromBase64String(Body.GetProperty("body").GetString()!)
        : System.Text.Encoding.UTF8.GetBytes(Body.GetProperty("body").GetString()!);

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Header(string name) => Body.GetProperty("headers").TryGetProperty(name, out var value) ? value.GetString() : null;

    public IReadOnlyList<string> Cookies => Body.TryGetProperty("cookies", out var cookies) ? [.. cookies.EnumerateArray().Select(c => c.GetString()!)] : [];
}

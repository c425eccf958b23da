namespace Litestream.Cloud.Lambda;

/// <summary>An answer as an HTTP API takes it from a function, payload format 2.0.</summary>
internal sealed record HttpApiAnswer
{
    public required int StatusCode { get; init; }

    /// <summary>One value each: several are joined by commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The values of <c>Set-Cookie</c>, which alone cannot be joined.</summary>
    public IReadOnlyList<string>? Cookies { get; init; }

    public required string Body { get; init; }

    public required bool IsBase64Encoded { get; init; }
}

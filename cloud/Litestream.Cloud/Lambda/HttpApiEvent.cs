using System.Text.Json;

namespace Litestream.Cloud.Lambda;

/// <summary>A request as an HTTP API hands it to a function, payload format 2.0. Only what a request consists of; the rest of the event repeats it.</summary>
internal sealed record HttpApiEvent
{
    public const string SupportedVersion = "2.0";

    public string? Version { get; init; }

    /// <summary>As the client sent it: with the stage in front if that is a named one.</summary>
    public string? RawPath { get; init; }

    /// <summary>Without <c>?</c>; a name may be there several times.</summary>
    public string? RawQueryString { get; init; }

    /// <summary>Each <c>name=value</c>. They are not among the headers.</summary>
    public IReadOnlyList<string>? Cookies { get; init; }

    /// <summary>Names in lower case; of a header that came several times, all values with commas between them.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public string? Body { get; init; }

    /// <summary><see cref="Body"/> is base64: the gateway decides by the content type.</summary>
    public bool IsBase64Encoded { get; init; }

    public Context? RequestContext { get; init; }

    internal sealed record Context
    {
        public Http? Http { get; init; }

        public string? DomainName { get; init; }

        public string? Stage { get; init; }

        /// <summary>Null for a route without one.</summary>
        public Authorizer? Authorizer { get; init; }
    }

    internal sealed record Http
    {
        public string? Method { get; init; }

        public string? Protocol { get; init; }

        public string? SourceIp { get; init; }
    }

    /// <summary>What the gateway found out about whoever asks: one of the three.</summary>
    internal sealed record Authorizer
    {
        public Jwt? Jwt { get; init; }

        /// <summary>Whatever the authorizer function answered.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Lambda { get; init; }

        public IReadOnlyDictionary<string, JsonElement>? Iam { get; init; }
    }

    internal sealed record Jwt
    {
        /// <summary>Of the token; the gateway makes texts of them, lists too: <c>[one two]</c>.</summary>
        public IReadOnlyDictionary<string, JsonElement>? Claims { get; init; }

        /// <summary>Null unless the route asks for scopes.</summary>
        public IReadOnlyList<string>? Scopes { get; init; }
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Litestream.Http;

/// <summary>
/// What a read answers: JSON under a tag, the hash of its bytes. Who has them already (<c>If-None-Match</c>) gets 304 and no body; nobody may use them without
/// asking again. Whole before its first byte goes out: what fails while it is made is still a problem document.
/// </summary>
public sealed class ReadAnswer<T> : IResult where T : class
{
    private const int HashBytes = 16;

    private readonly T _value;
    private readonly T _essence;
    private readonly JsonTypeInfo<T> _type;

    public ReadAnswer(T value, JsonTypeInfo<T> type)
        : this(value, value, type)
    {
    }

    /// <param name="value">What is answered.</param>
    /// <param name="essence">The same without what only the clock changes: whoever has that needs no other one, and can count seconds. The tag is then a weak one.</param>
    /// <param name="type">How it is written.</param>
    public ReadAnswer(T value, T essence, JsonTypeInfo<T> type) => (_value, _essence, _type) = (value, essence, type);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(_value, _type);
        var isStrong = ReferenceEquals(_value, _essence);
        var tag = Tag(isStrong ? body : JsonSerializer.SerializeToUtf8Bytes(_essence, _type), isStrong);
        var headers = httpContext.Response.GetTypedHeaders();
        headers.ETag = tag;
        headers.CacheControl = new() { NoCache = true, Private = true };
        if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }

    private static EntityTagHeaderValue Tag(byte[] bytes, bool isStrong)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new($"\"{Base64Url.EncodeToString(hash[..HashBytes])}\"", isWeak: !isStrong);
    }
}

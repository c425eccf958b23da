using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Litestream.Cloud.Api;

/// <summary>
/// What a read answers: JSON under a strong tag, the hash of its bytes. Who has those bytes already (<c>If-None-Match</c>) gets 304 and no body. Nobody may
/// use them without asking again. Whole before its first byte goes out: what fails while it is made is still a problem document.
/// </summary>
internal sealed class ReadAnswer<T>(T value, JsonTypeInfo<T> type) : IResult
{
    private const int HashBytes = 16;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        var tag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(hash[..HashBytes])}\"");
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
}

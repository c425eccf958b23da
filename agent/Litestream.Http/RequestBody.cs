using System.Text;
using Litestream.Fleet.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Litestream.Http;

/// <summary>What can be seen of a body before it is read, also where nobody would read it.</summary>
public static class RequestBody
{
    /// <summary>Null when it may be read.</summary>
    /// <param name="request">With its headers.</param>
    /// <param name="mostBytes">Of a body whose length is told; others are counted as they come.</param>
    public static Problem? Check(HttpRequest request, long mostBytes)
    {
        if (request.ContentLength > mostBytes)
            return RequestProblems.BodyTooLarge(mostBytes);
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue && !IsKnown(type.Charset.Value.Trim('"')) ? RequestProblems.NotJson() : null;
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

using Microsoft.AspNetCore.Http;

namespace Litestream.Http;

/// <summary>
/// <c>HEAD</c> is <c>GET</c> without its body, as monitors ask: everything is answered as to a <c>GET</c>, and the server, which remembers what came, sends the head of it.
/// </summary>
public static class HeadRequests
{
    public static Task Run(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            context.Request.Method = HttpMethods.Get;
        return next(context);
    }
}

using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Litestream.Dashboard;

/// <summary>The dashboard at <c>/</c>: files of this assembly, nothing loaded from anywhere else. They hold no data, so whoever reaches the port may have them.</summary>
public static class DashboardEndpoints
{
    /// <summary>Their names carry a hash of what is in them.</summary>
    private const string Hashed = "assets/";

    /// <param name="routes">Of the program.</param>
    /// <param name="convention">What the program says of each address.</param>
    public static void Map(IEndpointRouteBuilder routes, Action<IEndpointConventionBuilder>? convention = null) =>
        Map(routes, new DashboardFiles(Assembly.GetExecutingAssembly()), convention ?? (_ => { }));

    internal static void Map(IEndpointRouteBuilder routes, DashboardFiles files, Action<IEndpointConventionBuilder> convention)
    {
        if (!files.Names.Contains(DashboardFiles.Index))
        {
            convention(routes.MapGet("/", WithoutDashboard));
            return;
        }
        foreach (var name in files.Names)
        {
            var tag = new Lazy<string>(() => files.Tag(name));
            convention(routes.MapGet(name == DashboardFiles.Index ? "/" : "/" + name, (HttpContext context) => AnswerAsync(context, files, name, tag.Value)));
        }
    }

    private static Task AnswerAsync(HttpContext context, DashboardFiles files, string name, string tag)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = request.GetTypedHeaders();
        var asked = headers.AcceptEncoding.FirstOrDefault(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase)) ?? headers.AcceptEncoding.FirstOrDefault(e => e.Value == "*");
        var takesGzip = asked is { Quality: not 0 };
        response.Headers.ETag = tag;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = name.StartsWith(Hashed, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (headers.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Tag == tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = ContentTypes.Of(name);
        if (takesGzip)
            response.Headers.ContentEncoding = "gzip";
        return CopyAsync(takesGzip ? files.Open(name) : files.OpenPlain(name), response, context.RequestAborted);
    }

    private static async Task CopyAsync(Stream file, HttpResponse response, CancellationToken stop)
    {
        await using (file)
            await file.CopyToAsync(response.Body, stop);
    }

    /// <summary>The program works without: this is only how a person would see it.</summary>
    private static Task WithoutDashboard(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync("""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Litestream</title>
            <h1>This program was built without its dashboard</h1>
            <p>It replicates and answers as ever. To get the dashboard, build it where Node 20 or newer and npm are installed: <code>make agent</code> (or <code>make cloud</code>) then includes it.</p>
            <p>The same from a shell: <code>litestream status</code>, <code>litestream fleet status</code>; as JSON: <a href="/api/status">/api/status</a>.</p>
            </html>
            """);
    }
}

using System.Reflection;

namespace Litestream.Agent.Api;

/// <summary>The page at <c>/</c>: three files inside the program, nothing loaded from anywhere else.</summary>
internal static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/", "index.html", "text/html; charset=utf-8");
        Map(routes, "/app.js", "app.js", "text/javascript; charset=utf-8");
        Map(routes, "/app.css", "app.css", "text/css; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder routes, string address, string file, string contentType)
    {
        // Read on demand: an agent that nobody looks at does not keep its page in memory.
        routes.MapGet(address, () => TypedResults.Stream(Open(file), contentType));
    }

    private static Stream Open(string file) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"Litestream.Agent.Api.Page.{file}") ?? throw new InvalidOperationException($"{file} is not in the program");
}

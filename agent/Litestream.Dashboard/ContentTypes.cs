namespace Litestream.Dashboard;

/// <summary>What a file of the dashboard is.</summary>
internal static class ContentTypes
{
    /// <summary>Null: nothing that a dashboard has.</summary>
    public static string? Of(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        _ => null,
    };
}

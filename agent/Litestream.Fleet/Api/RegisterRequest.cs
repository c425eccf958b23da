namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/databases</c>.</summary>
public sealed record RegisterRequest
{
    /// <summary>Absolute path of a file in a watched directory.</summary>
    public string? Path { get; init; }
}

using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/moves</c>: a tenant goes from the host that has it to another one; both are heard of.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MoveRequest
{
    /// <summary>A GUID.</summary>
    public string? TenantId { get; init; }

    /// <summary>The host that it goes to.</summary>
    public string? To { get; init; }

    /// <summary>There: a watched directory, or the path of the file in one; null: the first that takes tenants.</summary>
    public string? Path { get; init; }

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Not begun after so long it is given up; null: one hour, at most 24.</summary>
    public int? ExpiresInSeconds { get; init; }
}

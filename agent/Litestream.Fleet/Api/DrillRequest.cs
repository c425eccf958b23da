using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/drills</c>: some tenants, or all of a host.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DrillRequest
{
    /// <summary>GUIDs of the tenants, each drilled by its own host.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>All tenants of this host instead.</summary>
    public string? Host { get; init; }

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Not begun after so long it is given up; null: one hour, at most 24.</summary>
    public int? ExpiresInSeconds { get; init; }
}

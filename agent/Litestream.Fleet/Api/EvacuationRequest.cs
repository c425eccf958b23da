using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/evacuations</c>: what a host had that is lost comes to others.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EvacuationRequest
{
    /// <summary>The host that is gone; one that is heard of moves its tenants instead.</summary>
    public string? From { get; init; }

    /// <summary>Hosts that take them.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>Only these, GUIDs; null: all of the host, at most 1,000 at once.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>When more than so many have failed nothing new is begun; null: 10.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Not begun after so long it is given up; null: 24 hours, which is the most.</summary>
    public int? ExpiresInSeconds { get; init; }
}

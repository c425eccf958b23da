using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/restores</c>. What is missing is null: whoever reads it says what it lacks.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RestoreRequest
{
    /// <summary>GUIDs of the tenants.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>On which host; null: on each tenant's own.</summary>
    public string? Host { get; init; }

    /// <summary>Exactly this transaction, 16 hexadecimal digits; of one tenant only.</summary>
    public string? Txid { get; init; }

    /// <summary>The newest state before this time, UTC. Neither this nor <see cref="Txid"/>: the newest of all.</summary>
    [JsonConverter(typeof(OffsetTimeConverter))]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Absolute path under a watched or restore directory of the host; of one tenant only. Null: in place.</summary>
    public string? TargetPath { get; init; }

    /// <summary>As a new tenant of this GUID; of one tenant only.</summary>
    public string? NewTenant { get; init; }

    /// <summary>From this replica, a complete URL; of one tenant only. Null: the one that the catalogue names.</summary>
    public string? Replica { get; init; }

    /// <summary>In place: one of <see cref="Items.IfBusyWords"/>; null: fail.</summary>
    public string? IfBusy { get; init; }

    /// <summary>Not begun after so long it is given up; null: one hour, at most 24.</summary>
    public int? ExpiresInSeconds { get; init; }

    /// <summary>Only says what would be done.</summary>
    public bool DryRun { get; init; }
}

using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of <c>POST /api/hosts/{id}/commands</c>. What is missing is null.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommandRequest
{
    /// <summary>One of <see cref="Items.CommandKinds"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>GUID of the tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>restore, drill: 16 hexadecimal digits.</summary>
    public string? Txid { get; init; }

    /// <summary>restore, drill: the newest state before this time, UTC.</summary>
    [JsonConverter(typeof(OffsetTimeConverter))]
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>restore: absolute path under a watched or restore directory; adopt: a watched directory, or the path of the file in one.</summary>
    public string? TargetPath { get; init; }

    /// <summary>restore: as a new tenant of this GUID.</summary>
    public string? NewTenant { get; init; }

    /// <summary>restore, verify, drill: this replica, a complete URL.</summary>
    public string? Replica { get; init; }

    /// <summary>restore in place: one of <see cref="Items.IfBusyWords"/>.</summary>
    public string? IfBusy { get; init; }

    /// <summary>take-over, adopt: one of <see cref="Items.IfAliveWords"/>.</summary>
    public string? IfAlive { get; init; }

    /// <summary>take-over, adopt, release: the epoch that the caller saw; another one by now refuses it.</summary>
    public long? Epoch { get; init; }

    /// <summary>Not begun after so long it is given up; null: one hour, at most 24.</summary>
    public int? ExpiresInSeconds { get; init; }
}

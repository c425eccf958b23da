namespace Litestream.Fleet.Api;

/// <summary>A host that takes tenants of one that is gone.</summary>
public sealed record EvacuationTarget
{
    public required string HostId { get; init; }

    /// <summary>Tenants that it would be given.</summary>
    public required int Tenants { get; init; }

    /// <summary>Of those.</summary>
    public required long Bytes { get; init; }

    /// <summary>On the fullest of its disks, as it last said.</summary>
    public long? DiskFreeBytes { get; init; }
}

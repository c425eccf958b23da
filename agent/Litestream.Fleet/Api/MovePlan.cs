namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>POST /api/moves</c> with <c>dryRun</c>: nothing was written.</summary>
public sealed record MovePlan
{
    public required Guid TenantId { get; init; }

    /// <summary>The host that has it.</summary>
    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>Where it is now.</summary>
    public required string FromPath { get; init; }

    /// <summary>Where it would be, as far as the request says.</summary>
    public string? Path { get; init; }

    public long? SizeBytes { get; init; }

    /// <summary>Of the host that it goes to, on the fullest of its disks, as it last said.</summary>
    public long? DiskFreeBytes { get; init; }

    /// <summary>As the catalogue has it: another one by then refuses the move.</summary>
    public required long Epoch { get; init; }
}

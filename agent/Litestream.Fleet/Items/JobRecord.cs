using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>One thing that was asked for and that many commands do: its sums, and what is needed to go on with it after a stop.</summary>
public sealed record JobRecord
{
    public required Ulid Id { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="JobStates"/>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Of an evacuation: the host that is emptied.</summary>
    public string? FromHost { get; init; }

    /// <summary>Hosts that take part, separated by commas.</summary>
    public string? ToHosts { get; init; }

    public int Total { get; init; }

    public int Done { get; init; }

    public int Failed { get; init; }

    public int Cancelled { get; init; }

    public long Bytes { get; init; }

    /// <summary>When more than so many have failed nothing new is begun; null: whatever fails, the rest goes on.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>Of many tenants: up to which GUID commands were put; a job that is resumed goes on behind it.</summary>
    public Guid? Cursor { get; init; }

    /// <summary>Why it halted or failed.</summary>
    public string? Error { get; init; }

    /// <summary>The job whose restores in place it takes back.</summary>
    public Ulid? Undoes { get; init; }

    /// <summary>Raised by each change, which is made under the condition that nobody else changed it meanwhile.</summary>
    public long Revision { get; init; }

    public ItemKey Key => FleetKeys.Job(Id);
}

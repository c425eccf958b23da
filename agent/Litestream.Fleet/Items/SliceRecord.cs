using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>A 256th of all tenants, by the first two digits of their GUIDs, as the last visit of the drills found it.</summary>
public sealed record SliceRecord
{
    /// <summary>0 to 255.</summary>
    public required int Slice { get; init; }

    /// <summary>When a visit last came to its end; null: none did yet.</summary>
    public DateTimeOffset? VisitedAt { get; init; }

    /// <summary>The worker that is there now; null: nobody.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>Until when nobody else goes there. Past: the worker stopped or died in the middle, and the next goes on.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    public int Tenants { get; init; }

    public int ProvenWithin1Day { get; init; }

    public int ProvenWithin7Days { get; init; }

    public int ProvenWithin30Days { get; init; }

    /// <summary>Whose last proof failed.</summary>
    public int Failed { get; init; }

    /// <summary>Past the interval of the drills without a proof; more than none is a problem.</summary>
    public int Unproven { get; init; }

    /// <summary>Since when there are unproven ones.</summary>
    public DateTimeOffset? UnprovenSince { get; init; }

    /// <summary>In whose replica less was found than their agents say.</summary>
    public int Behind { get; init; }

    /// <summary>Of all that passed once, the one whose last proof is oldest.</summary>
    public DateTimeOffset? OldestPassAt { get; init; }

    /// <summary>Of the last restore of each, in 30 days.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Half of the restores took less.</summary>
    public double P50Seconds { get; init; }

    /// <summary>Of a hundred restores one took longer.</summary>
    public double P99Seconds { get; init; }

    /// <summary>Where the next visit goes on.</summary>
    public Guid? Cursor { get; init; }

    public ItemKey Key => FleetKeys.Slice(Slice);
}

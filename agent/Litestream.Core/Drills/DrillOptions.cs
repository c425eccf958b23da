using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Drills;

/// <summary>How a drill is made.</summary>
public sealed record DrillOptions
{
    /// <summary>Exactly this transaction. Not together with <see cref="Timestamp"/>; with neither the newest.</summary>
    public Txid? Txid { get; init; }

    /// <summary>The newest state captured strictly before this time.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>SQLite's own check of the restored file, beside the proof. Default quick.</summary>
    public IntegrityCheck IntegrityCheck { get; init; } = IntegrityCheck.Quick;

    /// <summary>Range reads in flight. Default 4: nobody waits for a drill.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How long the live check may take; it makes 32 MB a round. Default 10 min, then it counts as not done.</summary>
    public TimeSpan LiveLimit { get; init; } = TimeSpan.FromMinutes(10);
}

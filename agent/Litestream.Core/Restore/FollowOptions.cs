namespace Litestream.Restore;

/// <summary>How a read replica is kept current.</summary>
public sealed record FollowOptions
{
    /// <summary>Absolute path of the read replica. Restored first if it is missing; gone on with if we made it.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Between two looks at the replica. Default 1 s; each is one listing of level 0.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Range reads in flight. Default 8.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>Restore anew over whatever is there. Who has the old file open goes on seeing the old one.</summary>
    public bool Force { get; init; }

    /// <summary>SQLite's own check of the first restore.</summary>
    public IntegrityCheck IntegrityCheck { get; init; }
}

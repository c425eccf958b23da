namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Which states can be restored: what the file says at one of its levels. Null: nothing is said here.</summary>
internal sealed record PointSettings
{
    /// <summary>Nothing is deleted: as long as durations go.</summary>
    public static readonly TimeSpan Forever = DurationText.Longest;

    public TimeSpan? SyncInterval { get; init; }

    /// <summary>How far back; bounds those below where they are not said.</summary>
    public TimeSpan? Retention { get; init; }

    public TimeSpan? L0Retention { get; init; }

    public TimeSpan? SnapshotInterval { get; init; }

    public TimeSpan? SnapshotRetention { get; init; }

    /// <summary>Intervals of the levels 1, 2, 3….</summary>
    public IReadOnlyList<TimeSpan>? Levels { get; init; }

    /// <summary>What is said here, else what is said in <paramref name="wider"/>.</summary>
    public PointSettings Within(PointSettings wider) => new()
    {
        SyncInterval = SyncInterval ?? wider.SyncInterval,
        Retention = Retention ?? wider.Retention,
        L0Retention = L0Retention ?? wider.L0Retention,
        SnapshotInterval = SnapshotInterval ?? wider.SnapshotInterval,
        // A retention that is said here is nearer than the snapshots' of all databases.
        SnapshotRetention = SnapshotRetention ?? (Retention is null ? wider.SnapshotRetention : null),
        Levels = Levels ?? wider.Levels,
    };

    public StoreOptions Apply(StoreOptions options) => options with { SyncInterval = SyncInterval ?? options.SyncInterval, Points = Apply(options.Points) };

    /// <summary>Of one replica.</summary>
    public RestorePoints Apply(RestorePoints usual) => new()
    {
        L0Retention = L0Retention ?? NoLonger(usual.L0Retention),
        SnapshotInterval = SnapshotInterval ?? NoLonger(usual.SnapshotInterval),
        SnapshotRetention = SnapshotRetention ?? Retention ?? usual.SnapshotRetention,
        LevelIntervals = Levels ?? usual.LevelIntervals,
    };

    private TimeSpan NoLonger(TimeSpan usual) => Retention < usual ? Retention.Value : usual;
}

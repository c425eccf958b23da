namespace Litestream;

/// <summary>Which states of a database one replica of it can be restored to: how far back, and how fine. Checked once, when the store opens.</summary>
public sealed record RestorePoints
{
    /// <summary>How long L0 files stay after an L1 file covers them. Default 1 h: the window with one-second granularity.</summary>
    public TimeSpan L0Retention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Intervals of the levels 1, 2, 3…. Default 30 s, 5 min, 1 h.</summary>
    public IReadOnlyList<TimeSpan> LevelIntervals { get; init; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];

    /// <summary>A snapshot at most this often, and only after commits. Default 24 h.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long snapshots, and the L1+ files behind them, stay: the restorable window. Default 24 h.</summary>
    public TimeSpan SnapshotRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How far back a restore can go: captured rounds are worth nothing without the image that they begin at.</summary>
    internal TimeSpan Window => SnapshotRetention > L0Retention ? SnapshotRetention : L0Retention;

    /// <summary>Throws <see cref="LitestreamException"/> for values that cannot work.</summary>
    internal void Check()
    {
        StoreOptions.Require(LevelIntervals.Count is >= 1 and <= 8, $"{LevelIntervals.Count} level intervals were given, there can be 1 to 8");
        StoreOptions.Require(LevelIntervals.All(i => i > TimeSpan.Zero), "a level's interval must be longer than nothing");
        StoreOptions.Require(LevelIntervals.Zip(LevelIntervals.Skip(1)).All(p => p.First < p.Second), "each level's interval must be longer than the one before");
        StoreOptions.Require(L0Retention >= TimeSpan.Zero && SnapshotInterval > TimeSpan.Zero && SnapshotRetention > TimeSpan.Zero, "retentions and the snapshot interval cannot be negative");
    }
}

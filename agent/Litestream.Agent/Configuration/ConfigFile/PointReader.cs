namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Reads <c>sync-interval</c>, <c>retention</c>, <c>snapshot</c>, <c>l0-retention</c> and <c>levels</c>, wherever they stand.</summary>
internal static class PointReader
{
    private const int MostLevels = 8;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static PointSettings Read(MappingReader mapping, ReaderContext context)
    {
        _ = mapping.Duration("retention-check-interval", Second); // files are deleted when they fall due; the promise holds with any value
        var snapshot = mapping.Mapping("snapshot", KeyTables.Snapshot);
        return new()
        {
            SyncInterval = mapping.Duration("sync-interval", TimeSpan.FromMilliseconds(50))?.Value,
            Retention = Retention(mapping),
            L0Retention = mapping.Duration("l0-retention", TimeSpan.Zero)?.Value,
            SnapshotInterval = snapshot?.Duration("interval", Second)?.Value,
            SnapshotRetention = snapshot?.Duration("retention", Second)?.Value,
            Levels = Levels(mapping, context),
        };
    }

    /// <summary>A duration, or Litestream's <c>{enabled: false}</c>: nothing is deleted.</summary>
    private static TimeSpan? Retention(MappingReader mapping)
    {
        if (mapping.Node("retention") is not { Kind: YamlKind.Mapping })
            return mapping.Duration("retention", Second)?.Value;
        var enabled = mapping.Mapping("retention", KeyTables.Retention)?.Switch("enabled")?.Value;
        return enabled == false ? PointSettings.Forever : null;
    }

    private static List<TimeSpan>? Levels(MappingReader mapping, ReaderContext context)
    {
        var nodes = mapping.Sequence("levels");
        var levels = new List<TimeSpan>();
        foreach (var node in nodes)
        {
            if (MappingReader.Open(node, KeyTables.Level, context) is not { } level)
                continue;
            if (!level.Has("interval"))
                context.Problems.Add(node.At, "a level needs its interval", "- interval: 30s");
            else if (level.Duration("interval", Second) is { } interval)
            {
                if (levels.Count > 0 && interval.Value <= levels[^1])
                    context.Problems.Add(interval.At, $"interval: {DurationText.Format(interval.Value)} is not longer than that of the level before, {DurationText.Format(levels[^1])}");
                levels.Add(interval.Value);
            }
        }
        if (nodes.Count > MostLevels)
            context.Problems.Add(mapping.PositionOf("levels"), $"there are {nodes.Count} levels, the most is {MostLevels}");
        return levels.Count > 0 ? levels : null;
    }
}

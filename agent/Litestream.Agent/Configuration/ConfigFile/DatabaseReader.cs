namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Reads one item of <c>dbs</c>.</summary>
internal sealed class DatabaseReader(ReaderContext context, MappingReader top, PointSettings above)
{
    private static readonly StoreOptions Usual = new() { StateDirectory = "" };
    private static readonly string[] OfDirectory = ["pattern", "recursive", "watch"];
    private static readonly string[] Schemes = ["sqlite://", "sqlite3://"];

    /// <summary>Null when something is wrong with it.</summary>
    public DatabaseEntry? Read(YamlNode node)
    {
        var before = context.Problems.Count;
        if (MappingReader.Open(node, KeyTables.Database, context) is not { } mapping)
            return null;
        var (path, directory) = (mapping.Text("path"), mapping.Text("dir"));
        if (path is not null && directory is not null)
            context.Problems.Add(mapping.PositionOf("dir"), $"path in line {path.Value.At.Line} and dir both say what is replicated", "one database has path, a directory of them has dir; make two items of it");
        else if (!mapping.Has("path") && !mapping.Has("dir"))
            context.Problems.Add(mapping.At, "a database needs path, or dir for all databases of a directory");
        var found = directory is null ? null : ReadDirectory(mapping);
        foreach (var key in directory is null ? OfDirectory.Where(mapping.Has) : [])
            context.Problems.Add(mapping.PositionOf(key), $"{key} goes with dir, and this is one database");
        if (directory is not null && mapping.Switch("restore-if-db-not-exists") is { Value: true })
            context.Problems.Add(mapping.PositionOf("restore-if-db-not-exists"), "restore-if-db-not-exists goes with path: in a directory nobody can say which databases are missing", "`litestream restore -config FILE` restores them all");
        var points = PointReader.Read(mapping, context).Within(above);
        var replicas = ReadReplicas(mapping, points, isOfDirectory: directory is not null);
        if (before != context.Problems.Count || (path ?? directory) is not { } place)
            return null;
        return new()
        {
            At = mapping.At,
            Path = Absolute(place.Value),
            Directory = found,
            Replicas = replicas,
            RestoreIfMissing = mapping.Switch("restore-if-db-not-exists")?.Value ?? false,
        };
    }

    private DirectoryEntry ReadDirectory(MappingReader mapping)
    {
        GlobPattern? pattern = null;
        if (mapping.Text("pattern") is { } text && (pattern = GlobPattern.TryParse(text.Value, out var problem)) is null)
            context.Problems.Add(text.At, $"pattern: \"{text.Value}\": {problem}");
        return new(pattern, mapping.Switch("recursive")?.Value ?? false, mapping.Switch("watch")?.Value ?? true);
    }

    private List<ReplicaEntry> ReadReplicas(MappingReader mapping, PointSettings points, bool isOfDirectory)
    {
        if (mapping.Has("replica") && mapping.Has("replicas"))
            context.Problems.Add(mapping.PositionOf("replicas"), "replica and replicas are both there", "several replicas are items of replicas; one is replica");
        var nodes = mapping.Node("replica") is { } one ? [one] : mapping.Sequence("replicas");
        if (nodes.Count == 0)
            context.Problems.Add(mapping.At, "this database has no replica", "replica: {url: …}, or replica: {type: file, path: …}");
        var reader = new ReplicaReader(context, top, points, isOfDirectory);
        var replicas = new List<ReplicaEntry>();
        foreach (var node in nodes)
        {
            if (reader.Read(node) is { } replica)
                replicas.Add(replica);
        }
        foreach (var other in replicas.Where(r => SyncInterval(r) != SyncInterval(replicas[0])))
            context.Problems.Add(other.At, $"a database is captured once for all its replicas: this one cannot have another sync-interval than that in line {replicas[0].At.Line}", "say sync-interval beside replicas; retention, snapshot and levels may differ");
        return replicas;
    }

    private static TimeSpan SyncInterval(ReplicaEntry replica) => replica.Points.Apply(Usual).SyncInterval;

    private string Absolute(string path)
    {
        foreach (var scheme in Schemes)
            path = path.StartsWith(scheme, StringComparison.Ordinal) ? path[scheme.Length..] : path;
        if (path is "~" or ['~', '/', ..] && context.Environment.Home is { } home)
            path = home + path[1..];
        // A zero byte is told like any other path that cannot be.
        var full = path.Contains('\0', StringComparison.Ordinal) ? path : context.Environment.Absolute(path);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }
}

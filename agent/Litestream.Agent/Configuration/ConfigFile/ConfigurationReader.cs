using System.Text;
using Litestream.Fleet.Table;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>From a file to <see cref="ConfigurationFile"/>, or to everything that is wrong with it, each with line and column.</summary>
internal static class ConfigurationReader
{
    private const int LargestBytes = 4 * YamlDocument.MostCharacters;
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(24);

    /// <param name="name">As the user named it.</param>
    /// <param name="expands">False leaves <c>$</c> alone.</param>
    public static ConfigurationFile ReadFile(string name, bool expands, AgentEnvironment environment, TimeProvider time)
    {
        try
        {
            return Read(ReadText(environment.Absolute(name), name), name, expands, environment, time);
        }
        catch (DecoderFallbackException error)
        {
            throw new LitestreamException($"{name} is no configuration file: not all of it is UTF-8 text", error, "save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot read the configuration file {name}: {(error is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : error.Message)}", error);
        }
    }

    /// <summary>Not more than a configuration file may have: it may be a pipe, or a device without end.</summary>
    private static string ReadText(string path, string name)
    {
        if (Directory.Exists(path))
            throw new LitestreamException($"{name} is a directory, not a configuration file", hint: "name the file in it");
        using var file = File.OpenRead(path);
        var bytes = new byte[LargestBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length == bytes.Length)
            throw new LitestreamException($"{name} is no configuration file: it has more than {SizeText.Format(LargestBytes)}");
        using var text = new StreamReader(new MemoryStream(bytes, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
        return text.ReadToEnd();
    }

    /// <summary>Throws <see cref="ConfigurationException"/>.</summary>
    public static ConfigurationFile Read(string text, string name, bool expands, AgentEnvironment environment, TimeProvider time)
    {
        var problems = new ConfigurationProblems(name);
        var root = YamlDocument.Read(text, problems);
        problems.ThrowIfAny();
        if (root is null or { IsEmpty: true })
            throw new ConfigurationException(name, [new(Position.Start, "the file is empty", "it begins with dbs: and a list of databases")]);
        var context = new ReaderContext(name, environment, time, problems, new(expands ? environment.Variables.GetValueOrDefault : null, problems));
        var file = MappingReader.Open(root, KeyTables.Top, context) is { } top ? ReadTop(top, context) : null;
        problems.ThrowIfAny();
        return file!;
    }

    private static ConfigurationFile ReadTop(MappingReader top, ReaderContext context)
    {
        var second = TimeSpan.FromSeconds(1);
        var points = PointReader.Read(top, context).Within(new() { Retention = context.Environment.ReadRetention() });
        var databases = ReadDatabases(top, points, context);
        var logging = top.Mapping("logging", KeyTables.Logging);
        return new()
        {
            Name = context.File,
            Path = context.Environment.Absolute(context.File),
            Databases = databases,
            Points = points,
            Address = ReadAddress(top, context),
            ApiToken = top.Text("api-token")?.Value,
            StateRoot = top.Text("state-dir")?.Value,
            Exec = top.Text("exec"),
            LogLevel = logging?.OneOf("level", "trace", "debug", "info", "warn", "error")?.Value,
            LogType = logging?.OneOf("type", "text", "json")?.Value,
            QuietTime = top.Duration("quiet-time", TimeSpan.FromMilliseconds(100))?.Value,
            LiveCheckInterval = top.Duration("live-check-interval", second)?.Value,
            SweepInterval = top.Duration("sweep-interval", TimeSpan.FromMilliseconds(100), LongestTimer)?.Value,
            LagLimit = top.Duration("lag-limit", second)?.Value,
            DrillInterval = top.Duration("drill-interval", TimeSpan.Zero, TimeSpan.FromDays(365))?.Value,
            ShutdownTimeout = (top.Duration("shutdown-timeout", TimeSpan.Zero, LongestTimer) ?? top.Duration("shutdown-sync-timeout", TimeSpan.Zero, LongestTimer))?.Value,
            FleetTable = top.Text("fleet-table")?.Value,
            HostId = ReadHostId(top, context),
            FleetInterval = top.Duration("fleet-interval", second, TimeSpan.FromHours(1))?.Value,
            MoveHook = top.Text("move-hook"),
            RestoreDirectories = top.Text("restore-dir")?.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            SpoolCapBytes = top.Size("spool-cap", 1_000_000)?.Value,
            WalCapBytes = top.Size("wal-cap", 1_000_000)?.Value,
            MaxHot = top.Number("max-hot", 1, 100_000)?.Value,
            KeepJournalMode = top.Switch("keep-journal-mode")?.Value,
            Warnings = context.Warnings,
        };
    }

    private static List<DatabaseEntry> ReadDatabases(MappingReader top, PointSettings points, ReaderContext context)
    {
        var reader = new DatabaseReader(context, top, points);
        var databases = new List<DatabaseEntry>();
        foreach (var node in top.Sequence("dbs"))
        {
            if (reader.Read(node) is not { } database)
                continue;
            if (databases.Find(d => d.Path == database.Path) is { } same)
                context.Problems.Add(database.At, $"{database.Path} is there twice, first in line {same.At.Line}", "a database with several replicas has one item, with replicas");
            databases.Add(database);
        }
        if (!top.Has("dbs") || (databases.Count == 0 && context.Problems.Count == 0))
            context.Problems.Add(top.At, "there is nothing to replicate", "dbs: lists databases, each with path and replica");
        CheckPlaces(databases, context);
        PlainFilePlaces.Check(databases, context);
        return databases;
    }

    /// <summary>Two databases in one place would each take the other for a second writer.</summary>
    private static void CheckPlaces(List<DatabaseEntry> databases, ReaderContext context)
    {
        var places = new Dictionary<string, DatabaseEntry>(StringComparer.Ordinal);
        foreach (var database in databases)
        {
            foreach (var replica in database.Replicas)
            {
                using var root = replica.Open(context.Environment, context.Time, NullLogger.Instance);
                if (!places.TryAdd(root.Identity, database))
                    context.Problems.Add(replica.At, $"{root.Url} is a replica of {places[root.Identity].Path} already (line {places[root.Identity].At.Line})", "each replica of each database needs a place of its own");
            }
        }
    }

    private static string? ReadHostId(MappingReader top, ReaderContext context)
    {
        if (top.Text("host-id") is not { } id)
            return null;
        if (!FleetKeys.IsHostId(id.Value))
            context.Problems.Add(id.At, $"host-id: \"{id.Value}\" cannot name a host", FleetKeys.MostHostIdText);
        return id.Value;
    }

    private static ListenAddress? ReadAddress(MappingReader top, ReaderContext context)
    {
        if (top.Text("addr") is not { } text)
            return null;
        var address = ListenAddress.TryParse(text.Value);
        if (address is null)
            context.Problems.Add(text.At, $"addr: \"{text.Value}\" is no address to listen on", "127.0.0.1:9090, or :9090 for every address of this machine");
        return address;
    }
}

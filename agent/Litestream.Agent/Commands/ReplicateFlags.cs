using System.CommandLine;
using System.Net;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Commands;

/// <summary>The flags of an agent, and what they add up to.</summary>
internal sealed class ReplicateFlags
{
    private static readonly StoreOptions Defaults = new() { StateDirectory = "" };

    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(24);

    /// <summary>One database, and where its replicas are.</summary>
    public Argument<string[]> DatabaseAndPlace { get; } = new("DB URL...") { Arity = ArgumentArity.ZeroOrMore };

    public SourceFlags Source { get; } = new(isAgent: true);

    public ConfigFlags Config { get; } = new();

    public LogFlags Log { get; } = new();

    public Option<string?> StateDirectory { get; } = Flag.Text("-state-dir", "DIR", "state [/var/lib/litestream, ~/.local/state/litestream]");

    public Option<bool> RestoreIfMissing { get; } = Flag.Switch("-restore-if-db-not-exists", "restore missing files first, as -dsn does");

    public Option<string?> Exec { get; } = Flag.Text("-exec", "COMMAND", "run it meanwhile, end with it; restores what is missing");

    public Option<bool> Once { get; } = Flag.Switch("-once", "replicate what is committed, then end");

    public Option<bool> ForceSnapshot { get; } = Flag.Switch("-force-snapshot", "with -once: end with an image of the newest state");

    public Option<bool> EnforceRetention { get; } = Flag.Switch("-enforce-retention", "with -once: delete what retention does not keep");

    public Option<int?> Port { get; } = Flag.Number("-port", "page, API, metrics [8080; with -config its addr]", 0, 65535, "PORT");

    public Option<string?> Bind { get; } = Flag.Text("-bind", "ADDRESS", "address to listen on [loopback only]");

    public Option<string?> ApiToken { get; } = Flag.Text("-api-token", "TOKEN", "for changes from elsewhere [$LITESTREAM_API_TOKEN]");

    public Option<TimeSpan?> SyncInterval { get; } = Flag.Duration("-sync-interval", "longest time from a commit to its capture [1s]", TimeSpan.FromMilliseconds(50));

    public Option<TimeSpan?> L0Retention { get; } = Flag.Duration("-l0-retention", "how long each captured round can be restored [1h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan[]?> LevelIntervals { get; } = Flag.Durations("-level-intervals", "how often rounds are merged [30s,5m,1h]");

    public Option<TimeSpan?> SnapshotInterval { get; } = Flag.Duration("-snapshot-interval", "a full image at most this often [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> Retention { get; } = Flag.Duration("-retention", "how far back a restore can go [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> SnapshotRetention { get; } = Flag.Duration("-snapshot-retention", "how long images and what follows them stay [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> QuietTime { get; } = Flag.Duration("-quiet-time", "a database is closed after so long without writes [30s]", TimeSpan.FromMilliseconds(100));

    public Option<TimeSpan?> LiveCheckInterval { get; } = Flag.Duration("-live-check-interval", "compares databases in use with what was captured [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> SweepInterval { get; } = Flag.Duration("-sweep-interval", "looks for what directory events missed [60s]", TimeSpan.FromMilliseconds(100), LongestTimer);

    public Option<TimeSpan?> LagLimit { get; } = Flag.Duration("-lag-limit", "a tenant further behind is unhealthy [300s]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> DrillInterval { get; } = Flag.Duration("-drill-interval", "each backup is restored aside and proven within; 0s: never [7d; in a fleet its worker does]", TimeSpan.Zero, TimeSpan.FromDays(365));

    public Option<TimeSpan?> ShutdownTimeout { get; } = Flag.Duration("-shutdown-timeout", "longest last sync at the end [30s, with -exec 90s]", TimeSpan.Zero, LongestTimer);

    public Option<long?> SpoolCap { get; } = Flag.Size("-spool-cap", "captured bytes that may wait for the replica [1GB]", 1_000_000);

    public Option<long?> WalCap { get; } = Flag.Size("-wal-cap", "a larger WAL is truncated [64MB]", 1_000_000);

    public Option<int?> MaxHot { get; } = Flag.Number("-max-hot", "databases open at the same time [2000]", 1, 100_000);

    public FleetFlags Fleet { get; } = new();

    public Option<string[]> RestoreDirectories { get; } = Flag.List("-restore-dir", "DIRS", "restores from afar may write here, too");

    public Option<bool> KeepJournalMode { get; } = Flag.Switch("-keep-journal-mode", "leave rollback databases as they are, not replicated");

    /// <summary>Everything checked that can be checked without looking at the disk, the configuration file aside.</summary>
    public AgentOptions Read(ParseResult parsed, CommandContext context)
    {
        var (directories, databases) = Source.Read(parsed, context.Environment);
        CheckOnce(parsed);
        if (parsed.GetValue(DatabaseAndPlace) is { Length: > 0 } words)
        {
            ConfigFlags.RefuseWith("DB URL", parsed, [Config.Path, Source.WatchDirectories, Source.Dsn, Source.DatabaseName, .. Source.Replica.Group]);
            return ReadFile(OneDatabase.Read(words, context.Environment), parsed, context.Environment);
        }
        if (Config.Named(parsed, context) is { } named)
        {
            ConfigFlags.RefuseWith("-config", parsed, [Source.WatchDirectories, Source.Dsn, Source.DatabaseName, .. Source.Replica.Group]);
            return ReadFile(named, parsed, context.Environment);
        }
        if (directories.Count + databases.Count > 0)
            return ReadFlags(parsed, context.Environment) with
            {
                WatchDirectories = directories,
                Databases = databases,
                Replica = Source.Replica.Read(parsed),
                Fleet = Fleet.Read(parsed, null),
                RestoreDirectories = ReadRestoreDirectories(parsed, null, context.Environment),
                DrillInterval = Drills(parsed.GetValue(DrillInterval), parsed.GetValue(Fleet.Table) is not null),
            };
        return Config.Find(parsed, context) is { } file
            ? ReadFile(file, parsed, context.Environment)
            : throw new UsageException("nothing to replicate", "name directories with -watch-dir, one database with -dsn, or a file with -config; `litestream demo` shows it on made-up data");
    }

    /// <summary>A flag wins over the file.</summary>
    private IReadOnlyList<string> ReadRestoreDirectories(ParseResult parsed, ConfigurationFile? file, AgentEnvironment environment) =>
        [.. (parsed.GetValue(RestoreDirectories) is { Length: > 0 } given ? given : file?.RestoreDirectories ?? []).Select(environment.Absolute)];

    private AgentOptions ReadFlags(ParseResult parsed, AgentEnvironment environment) => new()
    {
        StateRoot = parsed.GetValue(StateDirectory),
        Port = parsed.GetValue(Port) ?? (parsed.GetValue(Once) ? null : 8080),
        Once = parsed.GetValue(Once),
        ForcesSnapshot = parsed.GetValue(ForceSnapshot),
        EnforcesRetention = parsed.GetValue(EnforceRetention),
        Bind = Address(parsed.GetValue(Bind)),
        ApiToken = parsed.GetValue(ApiToken) ?? environment.ApiToken,
        LagLimit = parsed.GetValue(LagLimit) ?? TimeSpan.FromSeconds(300),
        ShutdownTimeout = parsed.GetValue(ShutdownTimeout) ?? UsualShutdown(parsed.GetValue(Exec) is not null),
        Exec = parsed.GetValue(Exec) is { } exec ? ShellWords.OfOption("-exec", exec) : null,
        SweepInterval = parsed.GetValue(SweepInterval) ?? TimeSpan.FromSeconds(60),
        Store = ReadPoints(parsed).Within(new() { Retention = environment.ReadRetention() }).Apply(ReadStore(parsed, null, environment)),
        Log = Log.Read(parsed),
    };

    /// <summary>A flag wins over the file; the file over what is usual.</summary>
    private AgentOptions ReadFile(ConfigurationFile file, ParseResult parsed, AgentEnvironment environment)
    {
        var flags = ReadFlags(parsed, environment);
        var exec = flags.Once ? null : flags.Exec ?? (file.Exec is { } line ? ShellWords.OfOption($"{file.Name}:{line.At.Line}: exec", line.Value) : null);
        return flags with
        {
            File = file,
            Exec = exec,
            // An application that finds no database makes a new one, and the backup of the old one would be the past.
            RestoresMissing = parsed.GetValue(RestoreIfMissing) || exec is not null,
            StateRoot = flags.StateRoot ?? file.StateRoot,
            Port = parsed.GetValue(Port) ?? (flags.Once ? null : file.Address?.Port),
            Bind = flags.Bind ?? file.Address?.Bind,
            ApiToken = parsed.GetValue(ApiToken) ?? file.ApiToken ?? environment.ApiToken,
            LagLimit = parsed.GetValue(LagLimit) ?? file.LagLimit ?? flags.LagLimit,
            ShutdownTimeout = parsed.GetValue(ShutdownTimeout) ?? file.ShutdownTimeout ?? UsualShutdown(exec is not null),
            SweepInterval = parsed.GetValue(SweepInterval) ?? file.SweepInterval ?? flags.SweepInterval,
            Fleet = Fleet.Read(parsed, file),
            RestoreDirectories = ReadRestoreDirectories(parsed, file, environment),
            DrillInterval = Drills(parsed.GetValue(DrillInterval) ?? file.DrillInterval, (parsed.GetValue(Fleet.Table) ?? file.FleetTable) is not null),
            Points = ReadPoints(parsed),
            Store = ReadStore(parsed, file, environment),
            Log = Log.Read(parsed, file.LogLevel, file.LogType),
        };
    }

    /// <summary>In a fleet the worker drills, unless somebody wants both.</summary>
    private static TimeSpan? Drills(TimeSpan? given, bool isInFleet) => given == TimeSpan.Zero ? null : given ?? (isInFleet ? null : TimeSpan.FromDays(7));

    private void CheckOnce(ParseResult parsed)
    {
        if (parsed.GetValue(Exec) is { } exec)
            _ = ShellWords.OfOption("-exec", exec);
        if (parsed.GetValue(Once) && parsed.GetValue(Exec) is not null)
            throw new UsageException("-once ends by itself, -exec when its application does", "leave out one of them");
        if (!parsed.GetValue(Once) && (parsed.GetValue(ForceSnapshot) || parsed.GetValue(EnforceRetention)))
            throw new UsageException($"{(parsed.GetValue(ForceSnapshot) ? "-force-snapshot" : "-enforce-retention")} goes with -once", "an agent that runs makes snapshots and deletes by itself: -snapshot-interval, -retention");
    }

    private PointSettings ReadPoints(ParseResult parsed) => new()
    {
        SyncInterval = parsed.GetValue(SyncInterval),
        Retention = parsed.GetValue(Retention),
        L0Retention = parsed.GetValue(L0Retention),
        SnapshotInterval = parsed.GetValue(SnapshotInterval),
        SnapshotRetention = parsed.GetValue(SnapshotRetention),
        // An option of many values that is not given answers an empty array.
        Levels = parsed.GetValue(LevelIntervals) is { Length: > 0 } intervals ? intervals : null,
    };

    private StoreOptions ReadStore(ParseResult parsed, ConfigurationFile? file, AgentEnvironment environment) => Defaults with
    {
        BufferBytes = environment.ReadBufferBytes(),
        QuietTime = parsed.GetValue(QuietTime) ?? file?.QuietTime ?? Defaults.QuietTime,
        LiveCheckInterval = parsed.GetValue(LiveCheckInterval) ?? file?.LiveCheckInterval ?? Defaults.LiveCheckInterval,
        MaxHot = parsed.GetValue(MaxHot) ?? file?.MaxHot ?? Defaults.MaxHot,
        SpoolCapBytes = parsed.GetValue(SpoolCap) ?? file?.SpoolCapBytes ?? Defaults.SpoolCapBytes,
        WalCapBytes = parsed.GetValue(WalCap) ?? file?.WalCapBytes ?? Defaults.WalCapBytes,
        KeepJournalMode = parsed.GetValue(KeepJournalMode) || file?.KeepJournalMode == true,
    };

    /// <summary>A chain that another machine left a moment ago is taken over after a minute: whoever was started elsewhere waits for that, its disk may go with it.</summary>
    private static TimeSpan UsualShutdown(bool withApplication) => TimeSpan.FromSeconds(withApplication ? 90 : 30);

    private static string? Address(string? bind) => bind is null or "localhost" or "*" || IPAddress.TryParse(bind, out _)
        ? bind
        : throw new UsageException($"-bind: \"{bind}\" is no address", "an IP address, localhost, or * for every address");
}

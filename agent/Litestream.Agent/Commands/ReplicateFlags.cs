using System.CommandLine;
using System.Net;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary>The flags of an agent, and what they add up to.</summary>
internal sealed class ReplicateFlags
{
    private static readonly StoreOptions Defaults = new() { StateDirectory = "" };

    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(24);

    public SourceFlags Source { get; } = new();

    public LogFlags Log { get; } = new();

    public Option<string?> StateDirectory { get; } = Flag.Text("-state-dir", "DIR", "books and waiting files [/var/lib/litestream or ~/.local/state/…]");

    public Option<int?> Port { get; } = Flag.Number("-port", "page, API and metrics [8080]; 0 takes a free one", 0, 65535, "PORT");

    public Option<string?> Bind { get; } = Flag.Text("-bind", "ADDRESS", "address to listen on [loopback only]");

    public Option<string?> ApiToken { get; } = Flag.Text("-api-token", "TOKEN", "needed for changes from beyond loopback [$LITESTREAM_API_TOKEN]");

    public Option<TimeSpan?> SyncInterval { get; } = Flag.Duration("-sync-interval", "longest time from a commit to its capture [1s]", TimeSpan.FromMilliseconds(50));

    public Option<TimeSpan?> L0Retention { get; } = Flag.Duration("-l0-retention", "how long each captured round can be restored [1h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan[]?> LevelIntervals { get; } = Flag.Durations("-level-intervals", "how often rounds are merged [30s,5m,1h]");

    public Option<TimeSpan?> SnapshotInterval { get; } = Flag.Duration("-snapshot-interval", "a full image at most this often [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> Retention { get; } = Flag.Duration("-retention", "how far back a restore can go; bounds what follows [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> SnapshotRetention { get; } = Flag.Duration("-snapshot-retention", "how long images and what follows them stay [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> QuietTime { get; } = Flag.Duration("-quiet-time", "a database is closed after so long without writes [30s]", TimeSpan.FromMilliseconds(100));

    public Option<TimeSpan?> LiveCheckInterval { get; } = Flag.Duration("-live-check-interval", "a database in use is compared with what was captured [24h]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> SweepInterval { get; } = Flag.Duration("-sweep-interval", "looks for what directory events missed [60s]", TimeSpan.FromMilliseconds(100), LongestTimer);

    public Option<TimeSpan?> LagLimit { get; } = Flag.Duration("-lag-limit", "a tenant further behind is unhealthy [300s]", TimeSpan.FromSeconds(1));

    public Option<TimeSpan?> ShutdownTimeout { get; } = Flag.Duration("-shutdown-timeout", "longest time for the last sync at the end [30s]", TimeSpan.Zero, LongestTimer);

    public Option<long?> SpoolCap { get; } = Flag.Size("-spool-cap", "captured bytes that may wait for the replica [1GB]", 1_000_000);

    public Option<long?> WalCap { get; } = Flag.Size("-wal-cap", "a larger WAL is truncated [64MB]", 1_000_000);

    public Option<int?> MaxHot { get; } = Flag.Number("-max-hot", "databases open at the same time [2000]", 1, 100_000);

    public Option<bool> KeepJournalMode { get; } = Flag.Switch("-keep-journal-mode", "leave rollback databases as they are, not replicated");

    /// <summary>Everything checked that can be checked without looking at the disk.</summary>
    public AgentOptions Read(ParseResult parsed, AgentEnvironment environment)
    {
        var (directories, databases) = Source.Read(parsed, environment);
        if (directories.Count + databases.Count == 0)
            throw new UsageException("nothing to replicate", "name directories with -watch-dir, or one database with -dsn; `litestream demo` shows it on made-up data");
        return new()
        {
            WatchDirectories = directories,
            Databases = databases,
            Replica = Source.Replica.Read(parsed),
            StateRoot = parsed.GetValue(StateDirectory),
            Port = parsed.GetValue(Port) ?? 8080,
            Bind = Address(parsed.GetValue(Bind)),
            ApiToken = parsed.GetValue(ApiToken) ?? environment.ApiToken,
            LagLimit = parsed.GetValue(LagLimit) ?? TimeSpan.FromSeconds(300),
            ShutdownTimeout = parsed.GetValue(ShutdownTimeout) ?? TimeSpan.FromSeconds(30),
            SweepInterval = parsed.GetValue(SweepInterval) ?? TimeSpan.FromSeconds(60),
            Store = ReadStore(parsed),
            Log = Log.Read(parsed),
        };
    }

    private StoreOptions ReadStore(ParseResult parsed) => Defaults with
    {
        SyncInterval = parsed.GetValue(SyncInterval) ?? Defaults.SyncInterval,
        QuietTime = parsed.GetValue(QuietTime) ?? Defaults.QuietTime,
        LiveCheckInterval = parsed.GetValue(LiveCheckInterval) ?? Defaults.LiveCheckInterval,
        MaxHot = parsed.GetValue(MaxHot) ?? Defaults.MaxHot,
        L0Retention = parsed.GetValue(L0Retention) ?? NoLonger(Defaults.L0Retention, parsed.GetValue(Retention)),
        // An option of many values that is not given answers an empty array.
        LevelIntervals = parsed.GetValue(LevelIntervals) is { Length: > 0 } intervals ? intervals : Defaults.LevelIntervals,
        SnapshotInterval = parsed.GetValue(SnapshotInterval) ?? NoLonger(Defaults.SnapshotInterval, parsed.GetValue(Retention)),
        SnapshotRetention = parsed.GetValue(SnapshotRetention) ?? parsed.GetValue(Retention) ?? Defaults.SnapshotRetention,
        SpoolCapBytes = parsed.GetValue(SpoolCap) ?? Defaults.SpoolCapBytes,
        WalCapBytes = parsed.GetValue(WalCap) ?? Defaults.WalCapBytes,
        KeepJournalMode = parsed.GetValue(KeepJournalMode),
    };

    private static TimeSpan NoLonger(TimeSpan usual, TimeSpan? retention) => retention < usual ? retention.Value : usual;

    private static string? Address(string? bind) => bind is null or "localhost" or "*" || IPAddress.TryParse(bind, out _)
        ? bind
        : throw new UsageException($"-bind: \"{bind}\" is no address", "an IP address, localhost, or * for every address");
}

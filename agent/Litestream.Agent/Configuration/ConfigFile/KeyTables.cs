namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Every key that a configuration file may have. A word that stands in no table is refused.</summary>
internal static class KeyTables
{
    private const string OtherStores = "this program replicates to folders and to S3";
    private const string Checkpoints = "checkpoints follow the WAL by themselves (wal-cap bounds it)";
    private const string Encryption = "encrypt at rest with sse, or encrypt the disk";

    /// <summary>What may be said of all databases, of one, or of a replica: how far back, and how fine.</summary>
    private static readonly string[] Points = ["sync-interval", "retention", "retention-check-interval", "snapshot", "l0-retention", "levels"];

    /// <summary>What may be said of all buckets or of one.</summary>
    private static readonly string[] Buckets =
    [
        "access-key-id", "secret-access-key", "bucket", "region", "endpoint", "force-path-style", "skip-verify", "sign-payload", "storage-class", "part-size", "concurrency",
        "sse", "sse-kms-key-id",
    ];

    private static readonly string[] OtherStoreKeys =
    [
        "account-name", "account-key", "sas-token", "host", "user", "password", "key-path", "host-key", "concurrent-writes", "webdav-url", "webdav-username", "webdav-password",
        "jwt", "seed", "creds", "nkey", "username", "token", "tls", "root-cas", "client-cert", "client-key", "max-reconnects", "reconnect-wait", "timeout",
    ];

    private static readonly Dictionary<string, string> IdleOfReplica = new()
    {
        ["name"] = "a replica is known by its URL",
        ["validation-interval"] = "see live-check-interval, and `litestream verify`",
        ["max-sync-ltx-files"] = "nothing is listed while replicating",
        ["auto-recover"] = "what does not fit is resynced by itself",
        ["require-content-md5"] = "every body is signed",
    };

    private static readonly Dictionary<string, string> MissingOfReplica = new(OtherStoreKeys.Select(k => KeyValuePair.Create(k, OtherStores)))
    {
        ["age"] = Encryption,
        ["sse-customer-algorithm"] = Encryption,
        ["sse-customer-key"] = Encryption,
        ["sse-customer-key-path"] = Encryption,
    };

    public static readonly KeyTable Top = new("this file",
        ["dbs", "addr", "api-token", "state-dir", "logging", "exec", .. Points, .. Buckets, "quiet-time", "live-check-interval", "sweep-interval", "lag-limit", "drill-interval",
        "fleet-table", "host-id", "fleet-interval", "move-hook", "restore-dir",
        "shutdown-timeout", "shutdown-sync-timeout", "spool-cap", "wal-cap", "max-hot", "keep-journal-mode"])
    {
        TakesNotes = true,
        Idle = new Dictionary<string, string>(IdleOfReplica)
        {
            ["socket"] = "the control socket is in the state directory, for the agent's own user",
            ["validation"] = "see live-check-interval",
            ["l0-retention-check-interval"] = "files are deleted when they fall due",
            ["verify-compaction"] = "every merged file is checked",
            ["shutdown-sync-interval"] = "the last sync retries by itself",
        },
        Missing = new Dictionary<string, string>(MissingOfReplica)
        {
            ["mcp-addr"] = "this program serves no MCP; its API is at addr",
            ["heartbeat-url"] = "ask /api/health at addr instead",
            ["heartbeat-interval"] = "ask /api/health at addr instead",
        },
    };

    public static readonly KeyTable Database = new("a database",
        ["path", "dir", "pattern", "recursive", "watch", "replica", "replicas", "restore-if-db-not-exists", .. Points])
    {
        Idle = new Dictionary<string, string>
        {
            ["meta-path"] = "see state-dir",
            ["meta-dir"] = "see state-dir",
            ["monitor-interval"] = "see sync-interval",
            ["checkpoint-interval"] = Checkpoints,
            ["min-checkpoint-page-count"] = Checkpoints,
            ["truncate-page-n"] = Checkpoints,
            ["busy-timeout"] = "the application is never made to wait",
            ["max-sync-wal-bytes"] = "a WAL of any length is read in pieces",
        },
    };

    public static readonly KeyTable Replica = new("a replica", ["type", "url", "path", .. Buckets, .. Points]) { Idle = IdleOfReplica, Missing = MissingOfReplica };

    public static readonly KeyTable Snapshot = new("snapshot", ["interval", "retention"]);

    public static readonly KeyTable Level = new("a level", ["interval"]);

    public static readonly KeyTable Retention = new("retention", ["enabled"]);

    public static readonly KeyTable Logging = new("logging", ["level", "type"])
    {
        Idle = new Dictionary<string, string> { ["stderr"] = "the log goes to standard output", ["source"] = "log lines carry event ids" },
    };
}

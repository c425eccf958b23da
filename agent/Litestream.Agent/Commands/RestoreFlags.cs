using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Commands.Control;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

internal sealed class RestoreFlags
{
    public Argument<string?> Url { get; } = new("URL") { Arity = ArgumentArity.ZeroOrOne };

    public LookupFlags Lookup { get; } = new();

    public Option<string?> Output { get; } = Flag.Text("-o", "FILE", "the database to write; it must not exist");

    public Option<bool> Force { get; } = Flag.Switch("-force", "replace a file that is there, with -wal, -shm, -journal");

    public Option<bool> IfDatabaseNotExists { get; } = Flag.Switch("-if-db-not-exists", "do nothing, successfully, if the file exists");

    public Option<bool> IfReplicaExists { get; } = Flag.Switch("-if-replica-exists", "do nothing, successfully, if there is no backup");

    public Option<bool> DryRun { get; } = Flag.Switch("-dry-run", "only say what would be read, and what would be lost");

    public Option<bool> Follow { get; } = Flag.Switch("-f", "stay, and keep a read replica current");

    public Option<TimeSpan?> FollowInterval { get; } = Flag.Duration("-follow-interval", "how often -f looks for news [1s]", TimeSpan.FromMilliseconds(50), TimeSpan.FromHours(24));

    public Option<string?> Txid { get; } = Flag.Text("-txid", "HEX16", "exactly up to this transaction, e.g. 000000000000002a");

    public Option<string?> Timestamp { get; } = Flag.Text("-timestamp", "TIME", "the newest state before, e.g. 2026-11-20T12:00:00Z");

    public Option<string?> Check { get; } = Flag.OneOf("-integrity-check", "CHECK", "SQLite's own check as well", "none", "quick", "full");

    public Option<int?> Parallelism { get; } = Flag.Number("-parallelism", "reads in flight [8, fewer with a small buffer]", 1, 256);

    public Option<bool> InPlace { get; } = Flag.Switch("-in-place", "into the database itself, while applications use it");

    public Option<bool> Undo { get; } = Flag.Switch("-undo", "back to the state before the last -in-place");

    public Option<string?> IfBusy { get; } = Flag.OneOf("-if-busy", "HOW", "when another program is writing", "wait", "fail");

    public Option<int?> BusyLimit { get; } = Flag.Seconds("-busy-limit", "how long to wait for it [30]", ControlRequest.MostSeconds);

    public Option<bool> Json { get; } = Flag.Switch("-json", "the result as JSON");

    public LogFlags Log { get; } = new();

    /// <summary>The file that says where the backups are and where databases belong: the one named, or the usual one where nothing else says so.</summary>
    public ConfigurationFile? FindFile(ParseResult parsed, CommandContext context)
    {
        var target = parsed.GetValue(Url);
        var isPlace = target is not null && ReplicaChoice.IsPlace(target, context.Environment);
        if (Lookup.Config.Named(parsed, context) is not { } named)
            return isPlace || parsed.GetValue(Output) is not null || Lookup.Replica.Read(parsed) is not null ? null : Lookup.Config.Find(parsed, context);
        ConfigFlags.RefuseWith("-config", parsed, Lookup.Replica.Group);
        return isPlace ? throw new UsageException("-config and a URL both say where the backups are", "name a database of the file, or leave -config out") : named;
    }

    /// <summary>The agent that runs is asked, not a replica.</summary>
    public bool IsInPlace(ParseResult parsed) => parsed.GetValue(InPlace) || parsed.GetValue(Undo);

    /// <summary>The database as it was named, and what its agent is asked.</summary>
    public (string Named, ControlRequest Request) ReadInPlace(ParseResult parsed, CommandContext context)
    {
        var isUndo = parsed.GetValue(Undo);
        var how = isUndo ? "-undo" : "-in-place";
        if (isUndo && parsed.GetValue(InPlace))
            throw new UsageException("-undo and -in-place: an undo goes to the state before the last restore in place", "give one of them");
        RefuseBeside(how, parsed, isUndo ? [Txid, Timestamp] : []);
        if (parsed.GetValue(Txid) is not null && parsed.GetValue(Timestamp) is not null)
            throw new UsageException("-txid and -timestamp both name a moment", "give one of them");
        if (!isUndo && parsed.GetValue(Txid) is null && parsed.GetValue(Timestamp) is null)
            throw new UsageException("-in-place to which moment? The newest is what the database has", "add -timestamp TIME or -txid HEX16");
        var named = parsed.GetValue(Url) ?? throw new UsageException("which database? Its path is missing", $"litestream restore {how} data/app.db; a GUID or a name goes as well");
        if (ReplicaChoice.IsPlace(named, context.Environment) && named.Contains("://", StringComparison.Ordinal))
            throw new UsageException($"{how} takes a database that an agent replicates, not a replica", $"litestream restore {how} data/app.db; a GUID or a name goes as well");
        return (named, new ControlRequest
        {
            Path = ControlFlags.Meant(named, context),
            Txid = ReadTxid(parsed.GetValue(Txid))?.Value,
            Timestamp = ReadTime(parsed.GetValue(Timestamp)),
            Undo = isUndo,
            IfBusy = parsed.GetValue(IfBusy),
            Timeout = parsed.GetValue(BusyLimit),
            Check = parsed.GetValue(Check),
        });
    }

    private void RefuseBeside(string how, ParseResult parsed, Option[] more)
    {
        Option[] others = [Output, Force, IfDatabaseNotExists, IfReplicaExists, DryRun, Follow, FollowInterval, Parallelism, .. Lookup.Replica.Group, .. more];
        if (others.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } other)
            throw new UsageException($"{how} does not go with {other.Name}: the agent restores what it replicates, to where it is", $"leave out {other.Name}");
    }

    /// <summary>What is asked of one database of a file.</summary>
    public RestoreRequest ReadFor(string databasePath, ParseResult parsed, AgentEnvironment environment) =>
        Read(parsed, "the file", environment.Absolute(parsed.GetValue(Output) ?? databasePath), hasOutput: true, environment);

    public RestoreRequest Read(ParseResult parsed, AgentEnvironment environment)
    {
        var url = parsed.GetValue(Url) ?? throw new UsageException(
            "which replica? URL is missing", "litestream restore -o restored.db file:///var/backups/databases/<guid>, or -replica file:///var/backups <guid>");
        var (output, isDryRun) = (parsed.GetValue(Output), parsed.GetValue(DryRun));
        if (output is null && !isDryRun)
            throw new UsageException("where to? -o FILE is missing", "litestream restore -o restored.db URL");
        return Read(parsed, url, environment.Absolute(output ?? "restored.db"), output is not null, environment);
    }

    private RestoreRequest Read(ParseResult parsed, string url, string output, bool hasOutput, AgentEnvironment environment)
    {
        var isDryRun = parsed.GetValue(DryRun);
        if (parsed.GetValue(Txid) is not null && parsed.GetValue(Timestamp) is not null)
            throw new UsageException("-txid and -timestamp both name a moment", "give one of them");
        if (parsed.GetValue(Follow) && (isDryRun || parsed.GetValue(Txid) is not null || parsed.GetValue(Timestamp) is not null))
            throw new UsageException("-f follows the newest state: it does not go with -txid, -timestamp or -dry-run", "leave out one of them");
        return new(url, ReadOptions(parsed, output, environment.ReadBufferBytes()))
        {
            HasOutput = hasOutput,
            DryRun = isDryRun,
            Json = parsed.GetValue(Json),
            FollowEvery = parsed.GetValue(Follow) ? parsed.GetValue(FollowInterval) ?? TimeSpan.FromSeconds(1) : null,
            IfDatabaseNotExists = parsed.GetValue(IfDatabaseNotExists),
            IfReplicaExists = parsed.GetValue(IfReplicaExists),
        };
    }

    private RestoreOptions ReadOptions(ParseResult parsed, string output, long bufferBytes) => new()
    {
        OutputPath = output,
        Txid = ReadTxid(parsed.GetValue(Txid)),
        Timestamp = ReadTime(parsed.GetValue(Timestamp)),
        Force = parsed.GetValue(Force),
        Parallelism = parsed.GetValue(Parallelism) ?? (int)Math.Clamp(bufferBytes / StoreOptions.ReadBytes, 1, 8),
        IntegrityCheck = parsed.GetValue(Check) switch
        {
            "quick" => IntegrityCheck.Quick,
            "full" => IntegrityCheck.Full,
            _ => IntegrityCheck.None,
        },
    };

    private static Txid? ReadTxid(string? text) => text is null ? null
        : Litestream.Ltx.Txid.TryParse(text, out var txid) && !txid.IsNone ? txid
        : throw new UsageException($"-txid: \"{text}\" is no transaction id", "16 hexadecimal digits, as `litestream ltx URL` shows them");

    /// <summary>RFC 3339. Without a zone it would be a guess, and the wrong hour of a database is worse than a question.</summary>
    private static DateTimeOffset? ReadTime(string? text)
    {
        if (text is null)
            return null;
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];
        var hasZone = text.EndsWith('Z') || text.EndsWith('z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (hasZone && DateTimeOffset.TryParseExact(text.ToUpperInvariant(), forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time.ToUniversalTime();
        throw new UsageException($"-timestamp: \"{text}\" is no time with a zone", "e.g. 2026-11-20T12:00:00Z or 2026-11-20T13:00:00+01:00");
    }
}

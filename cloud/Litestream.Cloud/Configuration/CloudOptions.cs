using System.Globalization;
using System.Net;
using Litestream.Cloud.Access;
using Litestream.DynamoDb;
using Litestream.Http;

namespace Litestream.Cloud.Configuration;

/// <summary>Everything that somebody decided, checked once.</summary>
internal sealed record CloudOptions
{
    public const int DefaultPort = 8090;

    private const int LeastTableName = 3;
    private const int MostTableName = 255;

    /// <summary>Name of the fleet's table.</summary>
    public required string Table { get; init; }

    /// <summary>How to get to it.</summary>
    public required TableAccess TableAccess { get; init; }

    /// <summary>How a request says whose it is.</summary>
    public required AccessKind Access { get; init; }

    /// <summary>With <see cref="AccessKind.Tokens"/>.</summary>
    public IReadOnlyList<KnownToken> Tokens { get; init; } = [];

    /// <summary>With <see cref="AccessKind.Claims"/>: what stands before every scope.</summary>
    public string ScopePrefix { get; init; } = "";

    /// <summary>Null on Lambda. 0: any free one.</summary>
    public int? Port { get; init; }

    /// <summary>Null: loopback; <c>*</c>: all addresses.</summary>
    public string? Bind { get; init; }

    /// <summary>Host and port of Lambda's Runtime API; null where there is none.</summary>
    public string? RuntimeApi { get; init; }

    /// <summary>For replicas in buckets that are not AWS's own.</summary>
    public string? S3Endpoint { get; init; }

    public string? Region { get; init; }

    /// <summary>This is the worker and no API; null: the other way round.</summary>
    public WorkerOptions? Worker { get; init; }

    /// <summary>Throws <see cref="StartException"/>.</summary>
    public static CloudOptions Read(IReadOnlyList<string> arguments, CloudEnvironment environment)
    {
        var flags = Flags.Read(arguments);
        var bind = BindOf(flags[Flags.Bind]);
        var tokenFile = flags[Flags.Tokens] ?? environment.TokenFile;
        var worker = WorkerOf(flags, environment);
        // A worker answers nobody but who wants to know whether it lives.
        var access = worker is not null ? AccessKind.Tokens : AccessOf(flags, bind, tokenFile, environment);
        return new()
        {
            Table = TableOf(flags[Flags.Table] ?? environment.Table),
            TableAccess = environment.TableAccess,
            Access = access,
            Tokens = access == AccessKind.Tokens && worker is null ? TokenFile.Read(tokenFile!) : [],
            ScopePrefix = environment.ScopePrefix,
            Port = environment.RuntimeApi is null ? PortOf(flags[Flags.Port]) : null,
            Bind = bind,
            RuntimeApi = environment.RuntimeApi,
            S3Endpoint = environment.S3Endpoint,
            Region = environment.Region,
            Worker = worker,
        };
    }

    /// <summary>Throws <see cref="StartException"/> for what cannot be a table's name.</summary>
    public static string TableOf(string? name)
    {
        if (name is null)
            throw Flags.Wrong("the fleet's table is not named", "-fleet-table NAME or LITESTREAM_FLEET_TABLE, the same as its agents have");
        return name.Length is >= LeastTableName and <= MostTableName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? name
            : throw Flags.Wrong($"\"{name}\" cannot name a table", $"{LeastTableName} to {MostTableName} letters, digits, dots, dashes or underscores");
    }

    private static WorkerOptions? WorkerOf(Flags flags, CloudEnvironment environment)
    {
        if (environment.Role is not (null or "api" or "worker"))
            throw Flags.Wrong($"LITESTREAM_ROLE: \"{environment.Role}\" is no role", "api (the default) or worker");
        if (environment.Role != "worker")
            return Flags.OfDrills.FirstOrDefault(flag => flags[flag] is not null) is { } given ? throw Flags.Wrong($"{given} is the worker's, and this is the API", "set LITESTREAM_ROLE=worker") : null;
        string? Given(string flag) => flags[flag] ?? environment.Drills.GetValueOrDefault(flag);
        var usual = new WorkerOptions { Name = NameOf(Environment.MachineName) };
        var options = usual with
        {
            Within = Given(Flags.DrillWithin) is { } within ? Amounts.Time(Flags.DrillWithin, within) : usual.Within,
            VisitEvery = Given(Flags.DrillVisit) is { } visit ? Amounts.Time(Flags.DrillVisit, visit) : usual.VisitEvery,
            LargestBytes = Given(Flags.DrillMaxSize) is { } size ? Amounts.Size(Flags.DrillMaxSize, size) : usual.LargestBytes,
            Lanes = Given(Flags.DrillLanes) is { } lanes ? Amounts.Count(Flags.DrillLanes, lanes, 64) : usual.Lanes,
            Scratch = Path.GetFullPath(Given(Flags.DrillScratch) ?? usual.Scratch),
            Pause = Given(Flags.DrillPause) is { } pause ? Amounts.Time(Flags.DrillPause, pause) : usual.Pause,
        };
        return options.VisitEvery * 2 <= options.Within ? options
            : throw Flags.Wrong($"{Flags.DrillVisit} and {Flags.DrillWithin}: a tenant must be visited at least twice in the time within which it is proven");
    }

    /// <summary>With four digits of chance: of two that share a machine's name each knows its own claims.</summary>
    private static string NameOf(string machine) =>
        $"worker-{new string([.. machine.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-').Take(40)])}-{Random.Shared.Next(0x10000):x4}";

    private static int PortOf(string? text) =>
        text is null ? DefaultPort
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port
        : throw Flags.Wrong($"-port: \"{text}\" is no port", $"0 to {IPEndPoint.MaxPort}; 0 takes a free one");

    private static string? BindOf(string? text) =>
        text is null or "localhost" ? null
        : text == "*" || IPAddress.TryParse(text, out _) ? text
        : throw Flags.Wrong($"-bind: \"{text}\" is no address", "an IP address of this machine, or * for all of them");

    /// <summary>Nobody gets in by an omission: who may come in is said, one way or another.</summary>
    private static AccessKind AccessOf(Flags flags, string? bind, string? tokenFile, CloudEnvironment environment)
    {
        var isNoAuth = flags[Flags.NoAuth] is not null;
        if (environment.RuntimeApi is not null)
            return isNoAuth ? throw Flags.Wrong("-no-auth is for loopback, and this is Lambda", "let the HTTP API's authorizer check who asks") : AccessKind.Claims;
        if (isNoAuth && flags[Flags.Tokens] is not null)
            throw Flags.Wrong("-no-auth and -tokens contradict each other", "give one of them");
        if (isNoAuth)
            return bind is null || OwnMachine.IsLoopbackName(bind)
                ? AccessKind.Anonymous
                : throw Flags.Wrong($"-no-auth with -bind {bind} would let everybody who reaches this machine do anything", "give -tokens FILE, or leave -bind out");
        return tokenFile is not null
            ? AccessKind.Tokens
            : throw Flags.Wrong("it is not said who may use this API", "-tokens FILE (`litestream-cloud token NAME SCOPES` makes its lines), or -no-auth on this machine only");
    }
}

using System.Globalization;
using Litestream.Cloud.Api;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Restores;

/// <summary>What a request for restores says, read and checked by itself; whether the fleet can do it is <see cref="RestorePlanner"/>'s question.</summary>
internal sealed record RestoreWish
{
    public const int MostTenants = 100;

    private const int DefaultLifeSeconds = 3600;
    private const int LeastLifeSeconds = 60;
    private const int MostUrlCharacters = 2048;
    private const int TxidDigits = 16;

    /// <summary>Each once, in the order of the request.</summary>
    public required IReadOnlyList<Guid> Tenants { get; init; }

    /// <summary>Null: on each tenant's own.</summary>
    public string? Host { get; init; }

    public string? Txid { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public string? TargetPath { get; init; }

    public Guid? NewTenant { get; init; }

    public string? Replica { get; init; }

    public string? IfBusy { get; init; }

    public required TimeSpan Life { get; init; }

    public bool IsInPlace => TargetPath is null && NewTenant is null;

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static RestoreWish Read(RestoreRequest request, DateTimeOffset now)
    {
        var wish = new RestoreWish
        {
            Tenants = TenantsOf(request.Tenants),
            Host = request.Host is null ? null : HostOf(request.Host),
            Txid = TxidOf(request.Txid),
            Timestamp = TimeOf(request.Timestamp, now),
            TargetPath = PathOf(request.TargetPath),
            NewTenant = request.NewTenant is null ? null : GuidOf(request.NewTenant),
            Replica = ReplicaOf(request.Replica),
            IfBusy = request.IfBusy is null or IfBusyWords.Fail or IfBusyWords.Wait ? request.IfBusy : throw Bad($"ifBusy is {IfBusyWords.Fail} or {IfBusyWords.Wait}"),
            Life = LifeOf(request.ExpiresInSeconds),
        };
        if (wish is { Txid: not null, Timestamp: not null })
            throw Bad("txid and timestamp both say which state; give one of them");
        if (wish is { TargetPath: not null, NewTenant: not null })
            throw Bad("targetPath and newTenant both say where to; give one of them");
        if (wish is { IsInPlace: true, Txid: null, Timestamp: null })
            throw Bad("to which state? In place, the newest is what the database has: give timestamp or txid");
        if (wish is { IsInPlace: false, IfBusy: not null })
            throw Bad("ifBusy is for a restore in place; nobody has the new file open");
        if (wish.Tenants.Count > 1 && (wish.Txid ?? wish.TargetPath ?? wish.Replica ?? wish.NewTenant?.ToString()) is not null)
            throw Bad("txid, targetPath, newTenant and replica are each of one tenant: name one, or restore several in place to a timestamp");
        return wish;
    }

    /// <summary>Lower-case or upper-case, 8-4-4-4-12.</summary>
    public static Guid GuidOf(string text) => Guid.TryParseExact(text, "d", out var guid) ? guid : throw new ProblemException(RequestProblems.BadGuid());

    public static string HostOf(string text) => FleetKeys.IsHostId(text) ? text : throw Bad($"a host id has {FleetKeys.MostHostIdText}");

    /// <summary>As the treaty writes it.</summary>
    public static string? TxidOf(string? text) => text is null ? null
        : text.Length == TxidDigits && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var txid) && txid > 0 ? text.ToLowerInvariant()
        : throw new ProblemException(RequestProblems.Of(400, ProblemCodes.BadTxid, "Not a transaction", "a TXID is 16 hexadecimal digits, above 0"));

    public static DateTimeOffset? TimeOf(DateTimeOffset? time, DateTimeOffset now) => time is null || time <= now + TimeSpan.FromMinutes(1) ? time
        : throw new ProblemException(RequestProblems.Of(400, ProblemCodes.BadTime, "That time has not come yet", $"it is {ItemTime.Text(now)} now"));

    /// <summary>A path's form; which directories are allowed its host knows.</summary>
    public static string? PathOf(string? path)
    {
        if (path is null)
            return null;
        var isSound = path.Length is > 1 and <= 4096 && path[0] == '/' && !path.AsSpan().ContainsAnyInRange('\0', '\x1f') && path[1..].Split('/').All(part => part is not ("" or "." or ".."));
        return isSound ? path : throw new ProblemException(RequestProblems.Of(400, ProblemCodes.BadPath, "Not a usable path",
            "targetPath is the absolute path of a file, without empty, \".\" or \"..\" parts and control characters, of at most 4096 characters"));
    }

    public static string? ReplicaOf(string? url) => url is null ? null
        : url.Length <= MostUrlCharacters && (url.StartsWith("s3://", StringComparison.Ordinal) || url.StartsWith("file:///", StringComparison.Ordinal)) && !url.AsSpan().ContainsAnyInRange('\0', '\x1f')
            ? url : throw Bad("replica is the complete URL of a tenant's replica: s3://bucket/path or file:///folder");

    public static TimeSpan LifeOf(int? seconds) => (seconds ?? DefaultLifeSeconds) is var life && life >= LeastLifeSeconds && life <= CommandItem.LongestLife.TotalSeconds
        ? TimeSpan.FromSeconds(life) : throw Bad($"expiresInSeconds is {LeastLifeSeconds} to {CommandItem.LongestLife.TotalSeconds}");

    private static List<Guid> TenantsOf(IReadOnlyList<string>? texts) => texts switch
    {
        null or { Count: 0 } => throw Bad("tenants lists the GUIDs of those to restore"),
        { Count: > MostTenants } => throw new ProblemException(CloudProblems.TooMany(MostTenants)),
        _ => [.. texts.Select(t => GuidOf(t ?? "")).Distinct()],
    };

    private static ProblemException Bad(string detail) => new(CloudProblems.BadArgument(detail));
}

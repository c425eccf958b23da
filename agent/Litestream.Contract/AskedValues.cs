using System.Globalization;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract;

/// <summary>What the members of a change's body may be, whatever it asks for. Throws <see cref="ProblemException"/>.</summary>
internal static class AskedValues
{
    private const int DefaultLifeSeconds = 3600;
    private const int LeastLifeSeconds = 60;
    private const int MostUrlCharacters = 2048;
    private const int TxidDigits = 16;

    /// <summary>Lower-case or upper-case, 8-4-4-4-12, and nothing around or inside it: .NET's own reading takes blanks, signs and <c>0x</c>, too.</summary>
    public static Guid GuidOf(string text) => Guid.TryParseExact(text, "d", out var guid) && guid.ToString("d").Equals(text, StringComparison.OrdinalIgnoreCase) ? guid : throw new ProblemException(RequestProblems.BadGuid());

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

    public static ProblemException Bad(string detail) => new(ContractProblems.BadArgument(detail));
}

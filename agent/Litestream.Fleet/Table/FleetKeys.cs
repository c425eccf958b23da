using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Litestream.Fleet.Table;

/// <summary>The grammar of keys: what an item is called. Its inverse is in the readers of the items.</summary>
public static class FleetKeys
{
    /// <summary>Digests of all hosts are spread over so many partitions: one query each lists the fleet.</summary>
    public const int HostShards = 4;

    /// <summary>Problems are spread over so many partitions of their index.</summary>
    public const int ProblemShards = 16;

    /// <summary>Tenants, proofs and slices are spread by the first two hexadecimal digits of the GUID.</summary>
    public const int Slices = 256;

    public const string HostPrefix = "HOST#";
    public const string CommandPrefix = "COMMAND#";
    public const string TenantPrefix = "TENANT#";
    public const string ProofPrefix = "PROOF#";
    public const string LookPrefix = "LOOK#";
    public const string SlicePartition = "SLICES";
    public const string AuditPrefix = "AUDIT#";
    public const string JobPrefix = "JOBS#";
    public const string RequestPrefix = "REQUEST#";
    public const string MostHostIdText = "1 to 64 letters, digits, dots, dashes or underscores";

    private const int MostHostIdCharacters = 64;

    public static bool IsHostId(string text) => text.Length is > 0 and <= MostHostIdCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    public static ItemKey Host(string hostId) => new(HostPartition(ShardOf(hostId)), HostPrefix + hostId);

    public static string HostPartition(int shard) => string.Create(CultureInfo.InvariantCulture, $"FLEET#{shard}");

    /// <summary>The same in every program and version: FNV-1a of the id, its halves folded.</summary>
    public static int ShardOf(string hostId)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(hostId))
            hash = unchecked((hash ^ b) * 16777619u);
        return (int)((hash ^ (hash >> 16)) % HostShards);
    }

    /// <summary>The partition of a host's commands, and of its tenants in the index.</summary>
    public static string OfHost(string hostId) => HostPrefix + hostId;

    public static ItemKey Command(string hostId, Ulid id) => new(OfHost(hostId), CommandPrefix + id);

    public static ItemKey Tenant(Guid tenant) => new(TenantPrefix + SliceOf(tenant), TextOf(tenant));

    public static ItemKey Job(Ulid id) => new(JobPartition(id.Time), id.ToString());

    public static string JobPartition(DateTimeOffset month) => JobPrefix + month.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);

    public static ItemKey Proof(Guid tenant, DateTimeOffset at) => new(ProofPrefix + SliceOf(tenant), $"{TextOf(tenant)}#{ItemTime.Text(at)}");

    public static ItemKey Look(Guid tenant) => new(LookPrefix + SliceOf(tenant), TextOf(tenant));

    /// <param name="slice">0 to 255.</param>
    public static ItemKey Slice(int slice) => new(SlicePartition, slice.ToString("x2", CultureInfo.InvariantCulture));

    public static ItemKey Audit(DateTimeOffset at, Ulid id) => new(AuditPartition(at), $"{ItemTime.Text(at)}#{id}");

    /// <summary>Of whoever asks under an idempotency key: another's key of the same text is another.</summary>
    public static ItemKey Request(string actor, string idempotencyKey)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{actor}\0{idempotencyKey}")));
        return new(RequestPrefix + hash[..2], hash);
    }

    public static string AuditPartition(DateTimeOffset day) => AuditPrefix + day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string ProblemPartition(int shard) => string.Create(CultureInfo.InvariantCulture, $"BAD#{shard}");

    /// <summary>By the last digit: the first ones of a GUID may be a time.</summary>
    public static string ProblemPartition(Guid tenant) => ProblemPartition(tenant.ToByteArray()[15] & 15);

    public static string ProblemSort(int severity, DateTimeOffset since) => string.Create(CultureInfo.InvariantCulture, $"{severity}#{ItemTime.Text(since)}");

    /// <summary>First two hexadecimal digits.</summary>
    public static string SliceOf(Guid tenant) => TextOf(tenant)[..2];

    public static string TextOf(Guid tenant) => tenant.ToString("d");
}

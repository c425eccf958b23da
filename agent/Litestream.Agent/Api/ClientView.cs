using Litestream.Fleet.Api;
using Litestream.Ltx;

namespace Litestream.Agent.Api;

/// <summary>A database's snapshot as the contract's records.</summary>
internal static class ClientView
{
    public static Client Of(DatabaseSnapshot database) => new()
    {
        ClientId = database.Name,
        DatabasePath = database.Path,
        S3Path = PathIn(database.ReplicaUrl),
        Status = Words.Of(database.Status),
        CreatedAt = database.CreatedAt,
        Replica = database.ReplicaUrl,
        SizeBytes = database.SizeBytes,
        PageSize = database.PageSize,
        Txid = Shown(database.Txid),
        ReplicatedTxid = Shown(database.ReplicatedTxid),
        LastSyncAt = database.LastSyncAt,
        LagSeconds = Math.Round(database.LagSeconds, 3),
        LastProofAt = database.LastProofAt,
        LastError = database.LastError,
        Reason = Words.Of(database.Reason),
        Detail = database.Detail,
        Requests = database.Requests,
        Replicas = database.Replicas.Count == 1 ? null : [.. database.Replicas.Select(Of)],
    };

    private static ClientReplica Of(ReplicaSnapshot replica) => new()
    {
        Url = replica.Url,
        Status = Words.Of(replica.Status),
        Reason = Words.Of(replica.Reason),
        Detail = replica.Detail,
        Txid = Shown(replica.Txid),
        LastSyncAt = replica.LastSyncAt,
        LagSeconds = Math.Round(replica.LagSeconds, 3),
        Errors = replica.Errors,
    };

    /// <summary>What follows the bucket, or the folder of all replicas.</summary>
    public static string PathIn(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var place = query < 0 ? url : url[..query];
        var databases = place.LastIndexOf("/databases/", StringComparison.Ordinal);
        var authority = place.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = databases >= 0 ? databases : place.IndexOf('/', Math.Min(authority, place.Length));
        return path < 0 ? "" : place[(path + 1)..];
    }

    public static ClientHealth HealthOf(DatabaseSnapshot database, bool isHealthy) => new()
    {
        ClientId = database.Name,
        Healthy = isHealthy,
        Status = Words.Of(database.Status),
        Reason = Words.Of(database.Reason),
        LagSeconds = Math.Round(database.LagSeconds, 3),
        LastSyncAt = database.LastSyncAt,
        LastError = isHealthy ? null : database.Detail ?? database.LastError,
    };

    private static string? Shown(Txid txid) => txid.IsNone ? null : txid.ToString();
}

using Litestream.Agent.Api;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Ltx;

namespace Litestream.Agent.Reporting;

/// <summary>A database's snapshot as the treaty's record.</summary>
internal static class TenantView
{
    private const string GuidForm = "d";

    /// <summary>Only databases that are named by a GUID, in its lower-case form, are tenants of a fleet.</summary>
    public static bool IsTenant(DatabaseSnapshot database, out Guid tenant) =>
        Guid.TryParseExact(database.Name, GuidForm, out tenant) && database.Name == tenant.ToString(GuidForm);

    public static string? ProblemOf(DatabaseSnapshot database, TimeSpan lagLimit) => ProblemWords.Of(Words.Of(database.Status), database.LagSeconds > lagLimit.TotalSeconds);

    /// <summary>One that was given up is told as that from this moment on, though the engine's next look is still to come: nobody writes its item any more.</summary>
    public static TenantRecord Of(DatabaseSnapshot database, Guid tenant, string hostId, TimeSpan lagLimit, DateTimeOffset since, DateTimeOffset now)
    {
        var record = AsItIs(database, tenant, hostId, lagLimit, since, now);
        return database.IsReleased ? record with { Status = StatusWords.Paused, Reason = ReasonWords.Released, Problem = null } : record;
    }

    private static TenantRecord AsItIs(DatabaseSnapshot database, Guid tenant, string hostId, TimeSpan lagLimit, DateTimeOffset since, DateTimeOffset now) => new()
    {
        Tenant = tenant,
        HostId = hostId,
        Epoch = database.Epoch,
        Replica = database.ReplicaUrl,
        Path = database.Path,
        Status = Words.Of(database.Status),
        Reason = ReasonOf(database),
        Detail = database.Detail,
        Since = since,
        Problem = ProblemOf(database, lagLimit),
        UpdatedAt = now,
        SizeBytes = database.SizeBytes,
        PageSize = database.PageSize,
        Txid = Shown(database.Txid),
        ReplicatedTxid = Shown(database.ReplicatedTxid),
        LastSyncAt = database.LastSyncAt,
        LastSnapshotAt = database.Replicas[0].LastSnapshotAt,
        LastProofAt = database.LastProofAt,
        LagSeconds = database.LagSeconds,
        LagLimitSeconds = lagLimit.TotalSeconds,
        UndoTxid = UndoOf(database)?.Txid.ToString(),
        UndoUntil = UndoOf(database)?.Until,
    };

    /// <summary>What a fleet should hear of at once. Becoming hot or cold, or another text for the same, is nothing of that.</summary>
    public static int StateOf(DatabaseSnapshot database, TimeSpan lagLimit) =>
        HashCode.Combine(database.Status, ReasonOf(database), ProblemOf(database, lagLimit), database.Epoch, database.Path, database.ReplicaUrl, UndoOf(database),
            database.ReplicatedTxid.IsNone); // its first copy has arrived: nobody should wait an hour to hear that

    /// <summary>What moves while a tenant is in use.</summary>
    public static int UseOf(DatabaseSnapshot database) => HashCode.Combine(database.Txid, database.ReplicatedTxid, database.SizeBytes, database.Replicas[0].LastSnapshotAt, database.LastProofAt);

    /// <summary>What an undo of the last restore in place would go back to; null: there is none.</summary>
    private static KeptState? UndoOf(DatabaseSnapshot database) => database.Kept.LastOrDefault(k => k.IsUndo);

    private static string? ReasonOf(DatabaseSnapshot database) => database.Reason is DatabaseReason.Hot or DatabaseReason.Cold ? null : Words.Of(database.Reason);

    private static string? Shown(Txid txid) => txid.IsNone ? null : txid.ToString();
}

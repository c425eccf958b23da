namespace Litestream.Agent.Api.Control;

/// <summary>What the control socket says of the agent and its databases.</summary>
internal sealed class ControlReads(AgentView agent)
{
    public TxidAnswer Txid(string? path) =>
        new((ControlLookup.Find(agent.Stores, path) ?? throw ControlException.Unknown(path!, StatusCodes.Status404NotFound)).Snapshot().Txid.Value);

    public ListAnswer List() => new([.. agent.Stores.Databases.OrderBy(d => d.Path, StringComparer.Ordinal).Select(d => Listed(d.Snapshot()))]);

    public InfoAnswer Info() => new(ProgramVersion.Text, Environment.ProcessId, (long)agent.Uptime.TotalSeconds, agent.StartedAt, agent.Stores.Count);

    public SyncStatusAnswer SyncStatus(string? path)
    {
        IEnumerable<Database> databases = path is null
            ? agent.Stores.Databases.OrderBy(d => d.Path, StringComparer.Ordinal)
            : [ControlLookup.Find(agent.Stores, path) ?? throw ControlException.Unknown(path, StatusCodes.Status404NotFound)];
        return new([.. databases.Select(d => StatusOf(d.Snapshot()))]);
    }

    private static ListedDatabase Listed(DatabaseSnapshot database) => new(
        database.Path,
        database.IsPaused ? "stopped" : database.Status == DatabaseStatus.Active ? "replicating" : "open",
        database.LastSyncAt);

    private SyncStatus StatusOf(DatabaseSnapshot database)
    {
        var isWaiting = database.LagSeconds > 0;
        var wal = new FileInfo(database.Path + "-wal");
        return new()
        {
            Path = database.Path,
            Active = database.IsHot || isWaiting,
            Operation = database.SpoolBytes > 0 || database.Txid > database.ReplicatedTxid ? "publish" : isWaiting || database.IsHot ? "capture" : "idle",
            Phase = Words.Of(database.Status),
            StartedAt = isWaiting ? agent.Time.GetUtcNow() - TimeSpan.FromSeconds(database.LagSeconds) : null,
            UpdatedAt = database.LastSyncAt,
            ElapsedSeconds = Math.Round(database.LagSeconds, 3),
            Txid = database.Txid.Value,
            WalSize = wal.Exists ? wal.Length : 0,
            LastSyncedWalOffset = database.WalBytes,
            Snapshotting = database.Reason == DatabaseReason.FirstCopy,
            Reason = Words.Of(database.Reason),
            Error = database.Status is DatabaseStatus.Active or DatabaseStatus.Waiting or DatabaseStatus.Paused ? null : database.Detail ?? database.LastError,
        };
    }
}

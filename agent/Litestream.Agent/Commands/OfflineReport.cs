using Litestream.Agent.Api;
using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary>What watched directories and a replica show by themselves when no agent runs. Opens no database.</summary>
internal static class OfflineReport
{
    private const string NoAgent = "no running agent was found";

    public static async Task<StatusReport> MakeAsync(
        IReadOnlyList<string> directories, IReadOnlyList<SingleDatabase> databases, ReplicaRoot replica, CancellationToken stop)
    {
        IEnumerable<SingleDatabase> files = directories.Count + databases.Count > 0 ? OnDisk(directories).Concat(databases) : await InReplicaAsync(replica, stop);
        var clients = new List<Client>();
        foreach (var file in files.DistinctBy(f => f.Name).OrderBy(f => f.Name, StringComparer.Ordinal))
            clients.Add(await LookAsync(file, replica, stop));
        var counts = StatusWords.All.ToDictionary(word => word, word => word == StatusWords.Waiting ? clients.Count : 0, StringComparer.Ordinal);
        return new()
        {
            Bucket = replica.Bucket,
            Replica = replica.Url,
            Fencing = Words.Of(replica.Fencing),
            WatchDirs = directories,
            TotalClients = clients.Count,
            ActiveClients = 0,
            UptimeSeconds = 0,
            Counts = counts,
            Clients = clients,
            Skipped = [],
            SkippedCount = 0,
            Directories = [],
            Warnings = [NoAgent],
            HotClients = 0,
            SpoolBytes = 0,
            WorstLagSeconds = 0,
            LagLimitSeconds = 0,
            Version = ProgramVersion.Text,
        };
    }

    private static List<SingleDatabase> OnDisk(IReadOnlyList<string> directories)
    {
        var found = new List<SingleDatabase>();
        foreach (var directory in directories)
        {
            if (DirectoryRules.WhyUnusable(directory, out _) is { } reason)
                throw new LitestreamException($"cannot read {directory}: {reason}");
            DirectoryListing.Read(directory, name =>
            {
                if (TenantFiles.TryParseTenant(name, out var guid))
                    found.Add(new(Path.Join(directory, name), guid));
            });
        }
        return found;
    }

    private static async Task<IReadOnlyList<SingleDatabase>> InReplicaAsync(ReplicaRoot replica, CancellationToken stop)
    {
        var found = new List<SingleDatabase>();
        await foreach (var name in replica.ListDatabasesAsync(stop))
            found.Add(new("", name));
        return found.Count > 0 ? found : throw new LitestreamException($"{replica.Url} holds no databases", hint: "the URL of a replica is the one given to -replica");
    }

    private static async Task<Client> LookAsync(SingleDatabase file, ReplicaRoot replica, CancellationToken stop)
    {
        var storage = replica.Open(replica.PathOf(file.Name));
        var newest = default(LtxFile);
        await foreach (var ltx in storage.ListAsync(stop))
            newest = ltx.MaxTxid >= newest.MaxTxid ? ltx : newest;
        var hasBackup = !newest.MaxTxid.IsNone;
        return new()
        {
            ClientId = file.Name,
            DatabasePath = file.Path,
            S3Path = replica.PathOf(file.Name),
            Status = StatusWords.Waiting,
            CreatedAt = file.Path.Length > 0 ? File.GetCreationTimeUtc(file.Path) : newest.CreatedAt,
            Replica = storage.Url,
            SizeBytes = file.Path.Length > 0 && File.Exists(file.Path) ? new FileInfo(file.Path).Length : 0,
            ReplicatedTxid = hasBackup ? newest.MaxTxid.ToString() : null,
            LastSyncAt = hasBackup ? newest.CreatedAt : null,
            Reason = ReasonWords.Other,
            Detail = hasBackup ? NoAgent : $"{NoAgent}, and there is no backup",
        };
    }
}

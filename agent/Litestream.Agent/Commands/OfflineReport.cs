using Litestream.Agent.Api;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Watching;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

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
            clients.Add(await LookAsync(file, replica.Open(replica.PathOf(file.Name)), stop));
        return Report(clients, directories, replica.Url, replica.Bucket, replica.Fencing);
    }

    /// <summary>What a configuration file and its replicas show.</summary>
    public static async Task<StatusReport> MakeAsync(ConfigurationFile file, CommandContext context, CancellationToken stop)
    {
        var clients = new List<Client>();
        await foreach (var database in new ConfiguredDatabases(file, context.Environment, context.Time).AllAsync(stop))
        {
            using var root = await NewestReplica.OpenAsync(database.Replicas, before: null, context.Environment, context.Time, NullLogger.Instance, stop);
            clients.Add(await LookAsync(new(database.Path, database.Name), root.Open(""), stop));
        }
        var places = file.Databases.SelectMany(d => d.Replicas).Select(r => r.Location.ToString()).Distinct(StringComparer.Ordinal);
        return Report(clients, [.. file.Databases.Where(d => d.Directory is not null).Select(d => d.Path)], string.Join(", ", places), null, Fencing.Unknown);
    }

    private static StatusReport Report(List<Client> clients, IReadOnlyList<string> directories, string replica, string? bucket, Fencing fencing) => new()
    {
        Bucket = bucket,
        Replica = replica,
        Fencing = Words.Of(fencing),
        WatchDirs = directories,
        TotalClients = clients.Count,
        ActiveClients = 0,
        UptimeSeconds = 0,
        Counts = StatusWords.All.ToDictionary(word => word, word => word == StatusWords.Waiting ? clients.Count : 0, StringComparer.Ordinal),
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

    private static async Task<Client> LookAsync(SingleDatabase file, IReplicaStorage storage, CancellationToken stop)
    {
        var newest = default(LtxFile);
        await foreach (var ltx in storage.ListAsync(stop))
            newest = ltx.MaxTxid >= newest.MaxTxid ? ltx : newest;
        var hasBackup = !newest.MaxTxid.IsNone;
        return new()
        {
            ClientId = file.Name,
            DatabasePath = file.Path,
            S3Path = ClientView.PathIn(storage.Url),
            Status = StatusWords.Waiting,
            CreatedAt = file.Path.Length > 0 && File.Exists(file.Path) ? File.GetCreationTimeUtc(file.Path) : newest.CreatedAt,
            Replica = storage.Url,
            SizeBytes = file.Path.Length > 0 && File.Exists(file.Path) ? new FileInfo(file.Path).Length : 0,
            ReplicatedTxid = hasBackup ? newest.MaxTxid.ToString() : null,
            LastSyncAt = hasBackup ? newest.CreatedAt : null,
            Reason = ReasonWords.Other,
            Detail = hasBackup ? NoAgent : $"{NoAgent}, and there is no backup",
        };
    }
}

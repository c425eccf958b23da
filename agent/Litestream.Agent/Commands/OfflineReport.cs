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
        var (databases, newest) = (new ConfiguredDatabases(file, context.Environment, context.Time), new NewestReplica(context.Environment, context.Time, NullLogger.Instance));
        await foreach (var database in databases.AllAsync(stop))
            clients.Add(await LookAsync(database, newest, stop));
        var places = file.Databases.SelectMany(d => d.Replicas).Select(r => r.Location.ToString()).Distinct(StringComparer.Ordinal);
        var away = databases.Away.Concat(newest.Away).Select(a => $"{a.Url} does not answer: {a.Error.Message}").Distinct(StringComparer.Ordinal);
        return Report(clients, [.. file.Databases.Where(d => d.Directory is not null).Select(d => d.Path)], string.Join(", ", places), null, Fencing.Unknown, away);
    }

    /// <summary>What the replicas of one database show. Where none answers, that.</summary>
    private static async Task<Client> LookAsync(ConfiguredDatabase database, NewestReplica newest, CancellationToken stop)
    {
        try
        {
            if (database.Trouble is { } trouble)
                throw trouble;
            using var root = await newest.OpenAsync(database.Replicas, new() { OutputPath = database.Path }, stop);
            return await LookAsync(new(database.Path, database.Name), root.Open(""), stop);
        }
        catch (StorageException error)
        {
            var replica = string.Join(", ", database.Replicas.Select(r => r.Location));
            return ClientOf(new(database.Path, database.Name), replica, replica) with
            {
                Status = StatusWords.Error,
                Reason = ReasonWords.ReplicaUnavailable,
                Detail = error.Hint is null ? error.Message : $"{error.Message}; {error.Hint}",
            };
        }
    }

    private static StatusReport Report(List<Client> clients, IReadOnlyList<string> directories, string replica, string? bucket, Fencing fencing, IEnumerable<string>? warnings = null) => new()
    {
        Bucket = bucket,
        Replica = replica,
        Fencing = Words.Of(fencing),
        WatchDirs = directories,
        TotalClients = clients.Count,
        ActiveClients = 0,
        UptimeSeconds = 0,
        Counts = StatusWords.All.ToDictionary(word => word, word => clients.Count(c => c.Status == word), StringComparer.Ordinal),
        Clients = clients,
        Skipped = [],
        SkippedCount = 0,
        Directories = [],
        Warnings = [NoAgent, .. warnings ?? []],
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
        var client = ClientOf(file, storage.Url, ClientView.PathIn(storage.Url));
        return hasBackup
            ? client with { CreatedAt = IsThere(file) ? client.CreatedAt : newest.CreatedAt, ReplicatedTxid = newest.MaxTxid.ToString(), LastSyncAt = newest.CreatedAt }
            : client with { Detail = $"{NoAgent}, and there is no backup" };
    }

    private static Client ClientOf(SingleDatabase file, string replica, string path) => new()
    {
        ClientId = file.Name,
        DatabasePath = file.Path,
        S3Path = path,
        Status = StatusWords.Waiting,
        CreatedAt = IsThere(file) ? File.GetCreationTimeUtc(file.Path) : default,
        Replica = replica,
        SizeBytes = IsThere(file) ? new FileInfo(file.Path).Length : 0,
        Reason = ReasonWords.Other,
        Detail = NoAgent,
    };

    private static bool IsThere(SingleDatabase file) => file.Path.Length > 0 && File.Exists(file.Path);
}

using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.Watching;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Agent.Restoring;

/// <summary>
/// A tenant, at any moment, into a new file: beside the living one, back to where a deleted one was, or as another tenant (a fork), which then has a chain of
/// its own. What is there is never touched, and the new file appears whole and proven, with owner and mode of the one it comes from.
/// </summary>
/// <param name="kept">Folders of the agent's own, that nobody may restore into.</param>
/// <param name="restoreDirectories">Directories beside those of tenants that may be restored into.</param>
internal sealed class RestoreElsewhere(Stores stores, Registration registration, IReadOnlyList<string> kept, IReadOnlyList<string> restoreDirectories)
{
    /// <summary>
    /// Throws <see cref="LitestreamException"/>. In a watched directory it becomes a tenant by its name: then done is when it is replicated.
    /// </summary>
    /// <param name="source">GUID or name of the tenant; it need not be registered any more.</param>
    /// <param name="path">Of the new file.</param>
    /// <param name="options">Which moment; where to is <paramref name="path"/>.</param>
    /// <param name="progress">Told as any restore tells it.</param>
    /// <param name="stop">Ends it, and nothing of it stays; once the file has its name only the wait for the replica ends.</param>
    /// <param name="from">From there; null: whichever replica of this agent has most of it.</param>
    /// <param name="named">Runs as soon as the file is there for everybody, before it is replicated. Does not throw.</param>
    public async Task<RestoredElsewhere> RunAsync(
        string source, string path, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken stop, IReplicaStorage? from = null, Func<Task>? named = null)
    {
        using var folder = RestorePlaces.Open(path, Directories(), Kept());
        var tenant = await ExpectTenantAsync(source, path, stop);
        options = options with
        {
            OutputPath = path,
            HeldFolder = folder.Path,
            Force = false,
            ModelPath = stores.Find(source)?.Path,
            BeforeNaming = _ => Faults.Reach(FaultPoint.RestoreProven),
        };
        var result = from is null
            ? await (await StoreOfAsync(source, stop)).RestoreAsync(source, options, progress, stop)
            : await stores.All[0].RestoreAsync(from, options, progress, stop);
        Faults.Reach(FaultPoint.RestoreNamed);
        await (named?.Invoke() ?? Task.CompletedTask);
        if (tenant is not { } becomes)
            return new(path, result, null);
        var (database, pending) = await BecomeAsync(becomes, path, stop);
        return new(path, result, database, pending);
    }

    /// <summary>Fetches the newest state to beside that path, so that a <see cref="RunAsync"/> to it has little left to fetch. Nothing gets its name.</summary>
    /// <param name="path">Of the file that it is to become.</param>
    /// <param name="progress">Told as any restore tells it.</param>
    /// <param name="from">From there.</param>
    /// <param name="seeded">What is known of it; the same for each seed, and for the restore.</param>
    /// <param name="stop">Ends it.</param>
    public async Task SeedAsync(string path, IProgress<RestoreProgress>? progress, IReplicaStorage from, SeededPages seeded, CancellationToken stop)
    {
        using var folder = RestorePlaces.Open(path, Directories(), Kept());
        try
        {
            await stores.All[0].RestoreAsync(from, new RestoreOptions { OutputPath = path, HeldFolder = folder.Path, IsSeed = true, Seeded = seeded }, progress, stop);
        }
        catch (SeededException)
        {
            // As it should be.
        }
    }

    /// <summary>Nothing comes of it.</summary>
    public void ForgetSeed(string path)
    {
        using var folder = RestorePlaces.Hold(path, Directories(), Kept());
        foreach (var part in RestorePlaces.PartsOf($"{folder.Path}/{Path.GetFileName(path)}"))
            File.Delete(part);
    }

    /// <summary>What <see cref="RunAsync"/> refuses before it reads anything: throws the same <see cref="RestoreRefusedException"/>.</summary>
    public async Task CheckAsync(string source, string path, CancellationToken stop)
    {
        using var folder = RestorePlaces.Open(path, Directories(), Kept());
        _ = await ExpectTenantAsync(source, path, stop);
    }

    /// <summary>
    /// For a restore that an earlier run of the program was asked for: its file gets its name whole, or not at all. Null when there is none, or one that is not
    /// of that restore; else why it is not in the replica yet, or nothing. Throws as <see cref="RunAsync"/> does for a path that may not be restored to.
    /// </summary>
    /// <param name="path">Of the new file.</param>
    /// <param name="begunAt">When that run began: to be given a name changes a file, so that one which nobody changed since is somebody else's.</param>
    /// <param name="stop">Ends the wait for the replica.</param>
    public async Task<string?> FindAsync(string path, DateTimeOffset begunAt, CancellationToken stop)
    {
        using (var folder = RestorePlaces.Hold(path, Directories(), Kept()))
        {
            var file = $"{folder.Path}/{Path.GetFileName(path)}";
            if (FileStat.Of(file) is not { IsRegular: true, SizeBytes: > 0 } found || found.ChangedAt < begunAt || FileStat.Of(file + RestoreOutput.PartSuffix) is not null)
                return null;
        }
        if (RestorePlaces.TenantsPlace(path, registration.Directories) is not { } directory || !directory.TryNameDatabase(Path.GetFileName(path.AsSpan()), out var named))
            return "";
        return (await BecomeAsync((directory, named.Name), path, stop)).Pending ?? "";
    }

    /// <summary>The file is there, and a tenant: that cannot be taken back.</summary>
    private async Task<(Database? Database, string? Pending)> BecomeAsync((WatchedDirectory Directory, string Name) becomes, string path, CancellationToken stop)
    {
        // The watch would find it a moment later.
        _ = registration.Consider(becomes.Directory, Path.GetFileName(path));
        if (stores.Find(becomes.Name) is not { } database)
            return (null, $"it is not replicated: {becomes.Directory.Error ?? "`litestream status` says why"}");
        try
        {
            await database.SyncAsync(stop);
            return (database, null);
        }
        catch (Exception e) when (e is LitestreamException or OperationCanceledException)
        {
            return (database, e.Message);
        }
    }

    /// <summary>As a tenant of another GUID, in the directory where the source's file is, or was.</summary>
    /// <param name="source">GUID of the tenant.</param>
    /// <param name="guid">Of the new one; nobody may have it.</param>
    /// <param name="options">Which moment.</param>
    /// <param name="progress">Told as any restore tells it.</param>
    /// <param name="stop">Ends it, and nothing of it stays; once the file has its name only the wait for the replica ends.</param>
    /// <param name="from">From there; null: whichever replica of this agent has most of it.</param>
    public Task<RestoredElsewhere> ForkAsync(
        string source, string guid, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken stop, IReplicaStorage? from = null) =>
        RunAsync(source, PathOfFork(source, guid), options, progress, stop, from);

    /// <summary>Where it would be.</summary>
    public string PathOfFork(string source, string guid)
    {
        if (!TenantFiles.TryParseGuid(guid, out var name))
            throw new RestoreRefusedException($"fork as \"{guid}\": expected a GUID (8-4-4-4-12 hexadecimal digits)");
        if (name == source)
            throw new RestoreRefusedException($"fork as {name}: that is the tenant itself", hint: "choose another GUID, or restore in place");
        var former = stores.Find(source)?.Path ?? FormerPath(source);
        var directory = former is not null && registration.Directories.Any(d => d.TakesTenants && d.Path.TrimEnd('/') == Path.GetDirectoryName(former))
            ? Path.GetDirectoryName(former)
            : registration.Directories.FirstOrDefault(d => d.TakesTenants)?.Path;
        return directory is null
            ? throw new RestoreRefusedException($"fork as {name}: no directory of tenants is watched here", hint: "name a path instead")
            : Path.Combine(directory, name + (Path.GetExtension(former) is { Length: > 0 } extension ? extension : ".db"));
    }

    /// <summary>
    /// Where the file of a tenant goes that comes to this host as itself, and whose directory that is. Throws <see cref="RestoreRefusedException"/> when it would be no tenant there.
    /// </summary>
    /// <param name="name">The tenant's GUID.</param>
    /// <param name="wanted">A watched directory, or the path in one; null: the first one that takes tenants.</param>
    /// <param name="formerPath">On its former host: what its name ends in is kept.</param>
    public (string Path, Store Store) PlaceOf(string name, string? wanted, string formerPath)
    {
        var fileName = name + (TenantFiles.HasDatabaseExtension(Path.GetFileName(formerPath.AsSpan())) ? Path.GetExtension(formerPath) : ".db");
        var directory = wanted is null
            ? registration.Directories.FirstOrDefault(d => d.TakesTenants)
            : registration.Directories.FirstOrDefault(d => d.TakesTenants && d.Path.TrimEnd('/') == wanted.TrimEnd('/'));
        if (directory is null && wanted is null)
            throw new RestoreRefusedException($"{name} cannot come here: no directory of tenants is watched", hint: "start the agent with -watch-dir");
        var path = directory?.PathOf(fileName) ?? wanted!;
        directory ??= RestorePlaces.TenantsPlace(path, registration.Directories);
        if (directory is null || !directory.TryNameDatabase(Path.GetFileName(path.AsSpan()), out var named) || named.Name != name)
            throw new RestoreRefusedException($"restore to \"{path}\": refused: a file there is not {name} for this host", hint: "name a watched directory, or leave targetPath out");
        return (path, named.Store);
    }

    /// <summary>Where the file of a tenant was that is not registered any more; null: it never was on this host.</summary>
    public string? FormerPath(string source) => stores.All.Select(s => s.KnownPath(source)).FirstOrDefault(p => p is not null);

    /// <summary>A file there would be this tenant again, and its chain would go on.</summary>
    public bool BecomesItself(string source, string path) =>
        RestorePlaces.TenantsPlace(path, registration.Directories) is { } directory && directory.TryNameDatabase(Path.GetFileName(path.AsSpan()), out var named) && named.Name == source;

    private IEnumerable<string> Kept() => kept.Concat(stores.Replicas.Select(r => r.LocalFolder).OfType<string>());

    private IEnumerable<string> Directories() => registration.Directories.Where(d => d.TakesTenants).Select(d => d.Path).Concat(restoreDirectories);

    /// <summary>What the file will be for the watch; null when it is none of its business. Throws when that tenant is somebody already.</summary>
    private async Task<(WatchedDirectory Directory, string Name)?> ExpectTenantAsync(string source, string path, CancellationToken stop)
    {
        if (RestorePlaces.TenantsPlace(path, registration.Directories) is not { } directory)
            return null;
        if (!directory.TryNameDatabase(Path.GetFileName(path.AsSpan()), out var named))
            throw new RestoreRefusedException($"restore to \"{path}\": refused: nothing of that name is replicated in {directory.Path}", hint: "name it <guid>.db, or restore to -restore-dir");
        // Also one whose GUID is made of its name: two would be called the same.
        if (TenantIds.Find(stores, named.Name) is { } living)
            throw new RestoreRefusedException($"restore to \"{path}\": refused: {named.Name} lives at {living.Path}", hint: "restore that in place, or choose another GUID");
        // Its own chain goes on; somebody else's must not be gone on with.
        if (named.Name != source && await named.Store.HasBackupAsync(named.Name, stop))
            throw new RestoreRefusedException($"restore to \"{path}\": refused: the replica has a tenant {named.Name} already", hint: "choose a new GUID");
        return (directory, named.Name);
    }

    private async Task<Store> StoreOfAsync(string source, CancellationToken stop)
    {
        foreach (var store in stores.All)
        {
            if (store.Find(source) is not null)
                return store;
        }
        foreach (var store in stores.All)
        {
            if (await store.HasBackupAsync(source, stop))
                return store;
        }
        throw new LitestreamException($"there is no backup of {source} in {stores.ReplicaUrl}", hint: "`litestream databases` lists what there is");
    }
}

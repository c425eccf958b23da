using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Interop;
using Litestream.Agent.Watching;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>
/// Databases that were registered while the agent ran (<c>litestream register</c>), each with a store and a replica of its own. Remembered in the state
/// folder, because a backup must not end with a restart that nobody connects with it; what a configuration file or a flag says wins.
/// </summary>
internal sealed class RegisteredDatabases(
    AgentOptions options, AgentEnvironment environment, string stateFolder, Stores stores, Registration registration, DirectoryWatch watch, ILoggerFactory logging, TimeProvider time)
    : IAsyncDisposable
{
    private const long SpoolCapBytes = 64_000_000;
    private const string FileName = "registered.json";

    private readonly ILogger _logger = logging.CreateLogger("Litestream.Agent");
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile IReadOnlyList<Registered> _all = [];

    /// <summary>What is not open, or could not be opened at the start: remembered all the same, for the next one.</summary>
    private IReadOnlyList<RegisteredDatabase> _unopened = [];

    /// <summary>Reads what earlier runs remembered. Before anybody can ask for a change: that would be written without it.</summary>
    public void Recall() => _unopened = Load();

    /// <summary>Opens what earlier runs remembered, before anything is watched. One that cannot be opened does not keep the others from it.</summary>
    public async Task OpenKnownAsync(CancellationToken stop)
    {
        foreach (var known in _unopened)
        {
            await _oneAtATime.WaitAsync(stop);
            try
            {
                // It may have been let go, or registered elsewhere, a moment ago.
                if (!_unopened.Contains(known))
                    continue;
                // What the file or a flag says now wins.
                if (!DirectoryOf(known.Path).Named.ContainsKey(Path.GetFileName(known.Path)))
                {
                    var registered = await OpenAsync(known, stop);
                    registered.Directory.Name(Path.GetFileName(known.Path), new(registered.Store, known.Name));
                }
                _unopened = [.. _unopened.Where(k => k != known)];
            }
            catch (Exception error) when (error is LitestreamException or IOException or UnauthorizedAccessException)
            {
                _logger.Warn($"{known.Path} was registered and is not replicated now: {error.Message}; mend that and start the agent again, or register it again");
            }
            finally
            {
                _oneAtATime.Release();
            }
        }
    }

    /// <summary>False when it is registered already, wherever it goes. Throws <see cref="LitestreamException"/> when it cannot be.</summary>
    public async Task<bool> RegisterAsync(string path, string replica, CancellationToken stop)
    {
        path = SingleDatabase.Target(path);
        await _oneAtATime.WaitAsync(stop);
        try
        {
            if (stores.Databases.Any(d => d.Path == path))
                return false;
            Check(path);
            var registered = await OpenAsync(new(path, FreeName(path), replica), stop);
            var verdict = registration.Take(registered.Directory, Path.GetFileName(path), new(registered.Store, registered.Known.Name));
            if (verdict.File is null)
            {
                await CloseAsync(registered);
                throw new LitestreamException($"{path} cannot be registered: {verdict.Reason ?? "the agent is stopping"}");
            }
            // Stopped before it was let go: who registers it wants it replicated.
            if (verdict.File.Database.Snapshot().IsPaused)
                verdict.File.Database.Resume();
            watch.Follow(registered.Directory);
            _unopened = [.. _unopened.Where(k => k.Path != path)];
            Save();
            return true;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Lets a database go, whoever registered it: its last commits are published, then nothing of it is open. Goes on when the caller gives up.</summary>
    public Task UnregisterAsync(Database database, CancellationToken stop) => Task.Run(() => LetGoAsync(database), CancellationToken.None).WaitAsync(stop);

    /// <summary>One that is not open is not remembered any more. False when there is none of this path or name.</summary>
    public async Task<bool> TryForgetAsync(string named, CancellationToken stop)
    {
        var path = Path.IsPathRooted(named) ? SingleDatabase.Target(Path.GetFullPath(named)) : null;
        await _oneAtATime.WaitAsync(stop);
        try
        {
            var known = _unopened.FirstOrDefault(k => k.Path == path || k.Name.Equals(named, StringComparison.OrdinalIgnoreCase));
            if (known is null)
                return false;
            _unopened = [.. _unopened.Where(k => k != known)];
            Save();
            return true;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not disposed of: somebody may let a database go in this moment, and finds it closed then.
        await _oneAtATime.WaitAsync();
        foreach (var registered in _all)
            await CloseAsync(registered);
        _oneAtATime.Release();
    }

    private async Task LetGoAsync(Database database)
    {
        var registered = _all.FirstOrDefault(r => r.Store.Find(database.Name) == database);
        if (registered is not null)
            registration.Unname(registered.Directory, Path.GetFileName(database.Path));
        // Takes as long as its replica takes: nobody else waits for that.
        if (!await registration.LetGoAsync(database))
            throw new LitestreamException($"{database.Path} could not be let go", hint: "the agent's log says why");
        if (registered is null)
            return;
        await _oneAtATime.WaitAsync();
        try
        {
            if (!_all.Contains(registered))
                return;
            await CloseAsync(registered);
            Save();
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<Registered> OpenAsync(RegisteredDatabase known, CancellationToken stop)
    {
        var root = ReplicaRoot.Parse(known.Replica, new()
        {
            AccessKeyId = environment.AccessKeyId,
            SecretAccessKey = environment.SecretAccessKey,
            Endpoint = environment.S3Endpoint,
            Time = time,
            Log = logging.CreateLogger("Litestream.Storage"),
            PathOf = static _ => "",
            KeepsPlainFiles = ReplicaChoice.PlainFileExtension(known.Replica) is not null,
        });
        try
        {
            if (stores.Replicas.Any(r => r.Identity == root.Identity) || stores.Databases.Any(d => d.Snapshot().Replicas.Any(r => IdentityOf(r.Url) == root.Identity)))
                throw new LitestreamException($"{root.Url} is a replica of this agent already", hint: "each database needs a place of its own");
            if (ReplicaChoice.PlainFileExtension(known.Replica) is not null)
                RefuseTaken(PlainFilePlaces.PathOf(known.Replica), known.Path);
            await ReplicaCheck.RunAsync(root, _logger, stop);
            if (ReplicaChoice.Warning(root, [known.Path]) is { } warning)
                _logger.Warn(warning);
            var folder = Path.Combine(stateFolder, "stores", StateDirectory.NameOf([known.Path]));
            var store = Store.Open(
                options.Points.Within(options.File?.Points ?? new()).Apply(options.Store) with { StateDirectory = folder, SpoolCapBytes = Math.Min(SpoolCapBytes, options.Store.SpoolCapBytes), MaxWorkers = 2, BufferBytes = StoreOptions.LeastBufferBytes }, [root], time, logging);
            var registered = new Registered(known, store, root, DirectoryOf(known.Path));
            stores.Add(store);
            _all = [.. _all, registered];
            return registered;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    private async Task CloseAsync(Registered registered)
    {
        _all = [.. _all.Where(r => r != registered)];
        stores.Remove(registered.Store);
        await registered.Store.DisposeAsync();
        registered.Replica.Dispose();
    }

    /// <summary>A plain file would overwrite a database, or be taken for one of a directory and replicated itself.</summary>
    private void RefuseTaken(string place, string path)
    {
        const string elsewhere = "keep it in a folder of its own, ./backups for one";
        var facts = FileFacts.Read(place, followLinks: true);
        if (stores.Databases.Select(d => d.Path).Append(path).FirstOrDefault(p => p == place || (facts.Exists && FileFacts.Read(p, followLinks: true).IsSameFileAs(facts))) is { } same)
            throw new LitestreamException(same == path ? $"{place} is the database itself, and cannot be its own backup" : $"{place} is a database that is replicated itself", hint: elsewhere);
        if (registration.Directories.FirstOrDefault(d => d.TakesTenants && d.Path == Path.GetDirectoryName(place) && d.TryNameDatabase(Path.GetFileName(place), out _)) is { } taker)
            throw new LitestreamException($"{place} would itself be replicated: it is in {taker.Path}, whose databases are", hint: elsewhere);
    }

    private static void Check(string path)
    {
        if (DirectoryRules.WhyUnusable(Path.GetDirectoryName(path)!, out _) is { } reason)
            throw new LitestreamException($"cannot watch {Path.GetDirectoryName(path)}: {reason}");
        if (!FileFacts.Read(path, followLinks: false).Exists)
            throw new LitestreamException($"{path} does not exist", hint: "create it first; an empty file becomes a database with its first write");
    }

    /// <summary>The directory that is watched already, by what it is and not by how it is written, or one more.</summary>
    private WatchedDirectory DirectoryOf(string path)
    {
        var parent = Path.GetDirectoryName(path)!;
        var facts = FileFacts.Read(parent, followLinks: true);
        var directory = registration.Directories.FirstOrDefault(d => d.Path == parent)
            ?? registration.Directories.FirstOrDefault(d => FileFacts.Read(d.Path, followLinks: true).IsSameFileAs(facts));
        if (directory is not null)
            return directory;
        directory = new(parent);
        registration.AddDirectory(directory);
        return directory;
    }

    private string FreeName(string path)
    {
        var file = Path.GetFileName(path);
        if (!TenantFiles.TryParseTenant(file, out var name))
            name = DatabaseName.Safe(Path.GetFileNameWithoutExtension(file)) ?? "database";
        return stores.Find(name) is null ? name : TenantRule.Marked(name, path);
    }

    private List<RegisteredDatabase> Load()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(stateFolder, FileName)), RegisteredJson.Default.ListRegisteredDatabase) ?? [];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            _logger.Warn($"what was registered with `litestream register` cannot be read ({Path.Combine(stateFolder, FileName)}: {error.Message}): register it again");
            return [];
        }
    }

    private void Save()
    {
        var path = Path.Combine(stateFolder, FileName);
        using (var file = File.Create(path + ".tmp"))
        {
            JsonSerializer.Serialize(file, [.. _all.Select(r => r.Known), .. _unopened], RegisteredJson.Default.ListRegisteredDatabase);
            // Content first, name second: nobody else remembers these.
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".tmp", path, overwrite: true);
        if (PosixFile.FlushDirectory(stateFolder) is var flushed && flushed != 0)
            throw FolderFault.Of("write", path, flushed);
    }

    private static string IdentityOf(string url)
    {
        using var root = ReplicaRoot.ParseOne(url);
        return root.Identity;
    }

    private sealed record Registered(RegisteredDatabase Known, Store Store, ReplicaRoot Replica, WatchedDirectory Directory);
}

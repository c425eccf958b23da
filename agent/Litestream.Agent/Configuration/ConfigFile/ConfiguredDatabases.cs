using System.Runtime.CompilerServices;
using Litestream.Agent.Watching;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>The databases that a file is about, without an agent: those of a directory are the ones that its replicas know.</summary>
internal sealed class ConfiguredDatabases(ConfigurationFile file, AgentEnvironment environment, TimeProvider time)
{
    /// <summary>How deep a directory with <c>recursive</c> is followed in its replica.</summary>
    private const int MostDepth = 16;

    private readonly IReadOnlyList<string> _names = DatabaseNames.Of(file.Databases);
    private readonly List<(string Url, StorageException Error)> _away = [];

    /// <summary>Replicas of directories that did not answer while others did: what only they know was not found.</summary>
    public IReadOnlyList<(string Url, StorageException Error)> Away => _away;

    /// <summary>
    /// All of them, in the order of the file; a database of a directory once, whichever replica knows it. Where no replica of a directory answers, the
    /// directory itself with its <see cref="ConfiguredDatabase.Trouble"/>: the others are no worse for it.
    /// </summary>
    public async IAsyncEnumerable<ConfiguredDatabase> AllAsync([EnumeratorCancellation] CancellationToken stop)
    {
        for (var i = 0; i < file.Databases.Count; i++)
        {
            var entry = file.Databases[i];
            if (entry.Directory is null)
                yield return new(entry.Path, _names[i], entry.Replicas);
            else
            {
                var (found, trouble) = await InReplicasAsync(entry, stop);
                foreach (var relative in found)
                    yield return In(entry, _names[i], relative);
                if (trouble is not null)
                    yield return new(entry.Path, _names[i], entry.Replicas) { Trouble = trouble };
            }
        }
    }

    /// <summary>By its path, its name or its GUID; null when the file says nothing of it.</summary>
    public async Task<ConfiguredDatabase?> FindAsync(string named, CancellationToken stop)
    {
        var path = environment.Absolute(named);
        for (var i = 0; i < file.Databases.Count; i++)
        {
            var entry = file.Databases[i];
            if (entry.Directory is null && (entry.Path == path || _names[i].Equals(named, StringComparison.OrdinalIgnoreCase)))
                return new(entry.Path, _names[i], entry.Replicas);
            if (entry.Directory is not null && path.StartsWith(entry.Path.TrimEnd('/') + "/", StringComparison.Ordinal))
                return In(entry, _names[i], Path.GetRelativePath(entry.Path, path));
        }
        await foreach (var database in AllAsync(stop))
        {
            if (database.Trouble is { } trouble)
                throw trouble;
            if (database.Name.Equals(named, StringComparison.OrdinalIgnoreCase))
                return database;
        }
        return null;
    }

    private static ConfiguredDatabase In(DatabaseEntry entry, string prefix, string relative) => new(
        Path.Combine(entry.Path, relative),
        TenantRule.Of(entry.Path, prefix, entry.Directory!).NameOf(relative, Path.GetFileName(relative.AsSpan())),
        [.. entry.Replicas.Select(r => r.Below(relative))]);

    /// <summary>Trouble when none of them answers.</summary>
    private async Task<(IReadOnlyCollection<string> Found, StorageException? Trouble)> InReplicasAsync(DatabaseEntry entry, CancellationToken stop)
    {
        var (found, away) = (new SortedSet<string>(StringComparer.Ordinal), new List<(string Url, StorageException Error)>());
        foreach (var replica in entry.Replicas)
        {
            try
            {
                found.UnionWith(await InReplicaAsync(replica, entry.Directory!, stop));
            }
            catch (StorageException error)
            {
                away.Add((replica.Location.ToString(), error));
            }
        }
        if (away.Count == entry.Replicas.Count)
            return ([], away[0].Error);
        _away.AddRange(away);
        return (found, null);
    }

    private async Task<IEnumerable<string>> InReplicaAsync(ReplicaEntry replica, DirectoryEntry directory, CancellationToken stop)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        using var root = replica.Open(environment, time, NullLogger.Instance);
        foreach (var place in root.Days is null ? [replica] : (await root.Days.ListAsync(root, stop)).Select(replica.On))
        {
            using var one = place.Open(environment, time, NullLogger.Instance);
            await AddAsync(one, "", directory.Recursive ? MostDepth : 1, found, stop);
        }
        return replica.IsPlainFile ? found.Select(ReplicaRoot.PlainFileOfHistory).OfType<string>() : found;
    }

    private static async Task AddAsync(ReplicaRoot root, string path, int depth, SortedSet<string> found, CancellationToken stop)
    {
        var below = new List<string>();
        await foreach (var name in root.ListFoldersAsync(path, stop))
            below.Add(name);
        if (path.Length > 0 && below.Exists(IsPartOfReplica))
            found.Add(path);
        else if (depth > 0)
        {
            foreach (var name in below)
                await AddAsync(root, path.Length == 0 ? name : $"{path}/{name}", depth - 1, found, stop);
        }
    }

    /// <summary>What a replica has in it: <c>ltx</c> in a folder, levels in a bucket.</summary>
    private static bool IsPartOfReplica(string name) => name is "ltx" or "generations" || (name.Length == 4 && name.All(char.IsAsciiHexDigit));
}

using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Watching;

namespace Litestream.Agent;

/// <summary>
/// Which stores an agent has. With flags one; with a configuration file, or what stands for one, one for each item of <c>dbs</c>, in a state folder of its own: what is said of
/// one database changes nothing for the others, and its books stay when other lines of the file change.
/// </summary>
internal static class StorePlans
{
    private const long LeastSpoolBytes = 64_000_000;

    public static IReadOnlyList<StorePlan> Of(AgentOptions options, AgentEnvironment environment, TimeProvider time) =>
        options.File is { } file ? OfFile(file, options, environment, time) : [OfFlags(options, environment)];

    private static StorePlan OfFlags(AgentOptions options, AgentEnvironment environment) => new()
    {
        Folder = "",
        OpenReplicas = log => [ReplicaChoice.Open(options.Replica, environment, log)],
        Store = options.Store,
        Directories = [.. options.WatchDirectories.Select(path => (path, TenantRule.Guids()))],
        Databases = options.Databases,
        RestoresMissing = true,
    };

    private static List<StorePlan> OfFile(ConfigurationFile file, AgentOptions options, AgentEnvironment environment, TimeProvider time)
    {
        var names = DatabaseNames.Of(file.Databases);
        return [.. file.Databases.Select((entry, i) => OfEntry(entry, names[i], file.Databases.Count, options, environment, time))];
    }

    private static StorePlan OfEntry(DatabaseEntry entry, string name, int entries, AgentOptions options, AgentEnvironment environment, TimeProvider time)
    {
        var rule = entry.Directory is { } directory ? TenantRule.Of(entry.Path, name, directory) : null;
        return new()
        {
            Folder = Path.Combine("stores", StateDirectory.NameOf([entry.Path])),
            OpenReplicas = log => [.. entry.Replicas.Select(r => r.Open(environment, time, log, rule is null ? null : rule.PathOf, options.Points.Within(r.Points).Apply(options.Store.Points)))],
            Store = options.Points.Within(entry.Replicas[0].Points).Apply(options.Store) with
            {
                SpoolCapBytes = Math.Max(LeastSpoolBytes, options.Store.SpoolCapBytes / entries),
                BufferBytes = Math.Max(StoreOptions.LeastBufferBytes, options.Store.BufferBytes / entries),
                // One database is captured by one thread at a time; the other one is for what may take long.
                MaxWorkers = rule is null ? 2 : options.Store.MaxWorkers,
            },
            Directories = rule is null ? [] : [(entry.Path, rule)],
            Databases = rule is null ? [new(SingleDatabase.Target(entry.Path), name)] : [],
            RestoresMissing = entry.RestoreIfMissing || options.RestoresMissing,
        };
    }
}

using System.CommandLine;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary>What is replicated, and where to: shared by the agent and by the commands that look at the same things without one.</summary>
/// <param name="isAgent">Missing files come back.</param>
internal sealed class SourceFlags(bool isAgent = false)
{
    public Option<string[]> WatchDirectories { get; } = Flag.List("-watch-dir", "DIRS", "directories of <guid>.db files, \"a,b\"");

    public Option<string[]> Dsn { get; } = Flag.List("-dsn", "FILE", isAgent ? "one database of any name; restored if it is missing" : "one database of any name");

    public Option<string?> DatabaseName { get; } = Flag.Text("-db-name", "NAME", "its name in the replica [the file's, no extension]");

    public ReplicaFlags Replica { get; } = new();

    public (IReadOnlyList<string> Directories, IReadOnlyList<SingleDatabase> Databases) Read(ParseResult parsed, AgentEnvironment environment)
    {
        var directories = (parsed.GetValue(WatchDirectories) ?? []).Select(environment.Absolute).Select(TrimEnd).Distinct(StringComparer.Ordinal).ToList();
        var files = (parsed.GetValue(Dsn) ?? []).Select(environment.Absolute).Distinct(StringComparer.Ordinal).ToList();
        if (parsed.GetResult(WatchDirectories) is not null && directories.Count == 0)
            throw new UsageException("-watch-dir: no directory is named");
        return (directories, Name(files, parsed.GetValue(DatabaseName)));
    }

    private static List<SingleDatabase> Name(List<string> files, string? givenName)
    {
        if (givenName is not null && files.Count != 1)
            throw new UsageException("-db-name names the one database of -dsn", files.Count == 0 ? "add -dsn FILE" : "give -dsn once, or leave the names to the files");
        var databases = files.ConvertAll(file => Named(file, givenName ?? Path.GetFileNameWithoutExtension(file)));
        if (databases.GroupBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } same)
            throw new UsageException($"-dsn: {string.Join(" and ", same.Select(d => d.Path))} would both be kept as databases/{same.Key}", "replicate one of them from an agent of its own, with -db-name");
        return databases;
    }

    private static SingleDatabase Named(string file, string wanted) =>
        Litestream.DatabaseName.Safe(wanted) is { } name
            ? new(SingleDatabase.Target(file), name)
            : throw new UsageException($"\"{wanted}\" cannot name a database in the replica", "choose a name of A-Z a-z 0-9 . _ - with -db-name");

    private static string TrimEnd(string directory) => directory.Length > 1 ? directory.TrimEnd('/') : directory;
}

using Litestream.Agent.Configuration;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>From options to the directories to watch: checked, each of them once.</summary>
internal static class WatchedDirectories
{
    /// <summary>Throws when none can be used. One that cannot be used beside others that can is kept: the sweep tries it again.</summary>
    public static IReadOnlyList<WatchedDirectory> From(AgentOptions options, ILogger logger)
    {
        var directories = new List<WatchedDirectory>();
        foreach (var path in options.WatchDirectories)
            Add(path, takesTenants: true, directories, logger);
        foreach (var database in options.Databases)
        {
            var directory = Add(Path.GetDirectoryName(database.Path)!, takesTenants: false, directories, logger);
            directory.Name(Path.GetFileName(database.Path), database.Name);
        }
        var broken = directories.FindAll(d => d.Error is not null);
        if (broken.Count == directories.Count)
            throw new LitestreamException(
                string.Join("; ", broken.Select(d => $"cannot watch {d.Path}: {d.Error}")), hint: "create the directory, or give this user access to it");
        foreach (var directory in broken)
            logger.DirectoryLost(directory.Path, directory.Error!);
        return directories;
    }

    private static WatchedDirectory Add(string path, bool takesTenants, List<WatchedDirectory> directories, ILogger logger)
    {
        var problem = DirectoryRules.WhyUnusable(path, out var facts);
        var same = directories.Find(d => d.Path == path || FileFacts.Read(d.Path, followLinks: true).IsSameFileAs(facts));
        if (same is not null)
        {
            if (same.TakesTenants && takesTenants)
                logger.SameDirectory(path, same.Path);
            same.TakesTenants |= takesTenants;
            return same;
        }
        var directory = new WatchedDirectory(path, takesTenants) { Error = problem };
        directories.Add(directory);
        return directory;
    }
}

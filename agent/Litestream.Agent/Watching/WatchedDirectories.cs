using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>From the plans of an agent to the directories to watch: checked, each of them once.</summary>
internal static class WatchedDirectories
{
    /// <summary>Throws when none can be used. One that cannot be used beside others that can is kept: the sweep tries it again.</summary>
    public static IReadOnlyList<WatchedDirectory> Check(IReadOnlyList<StorePlan> plans, ILogger logger)
    {
        var directories = new List<WatchedDirectory>();
        foreach (var (path, rule) in plans.SelectMany(p => p.Directories))
            Add(path, rule, directories, logger);
        foreach (var database in plans.SelectMany(p => p.Databases))
            Add(Path.GetDirectoryName(database.Path)!, null, directories, logger);
        var broken = directories.FindAll(d => d.Error is not null);
        if (broken.Count == directories.Count)
            throw new LitestreamException(
                string.Join("; ", broken.Select(d => $"cannot watch {d.Path}: {d.Error}")), hint: "create the directory, or give this user access to it");
        foreach (var directory in broken)
            logger.DirectoryLost(directory.Path, directory.Error!);
        return directories;
    }

    /// <summary>Now that there are stores: what of a directory goes to which.</summary>
    public static void Assign(IReadOnlyList<WatchedDirectory> directories, IEnumerable<(StorePlan Plan, Store Store)> stores)
    {
        foreach (var (plan, store) in stores)
        {
            foreach (var (path, rule) in plan.Directories)
                Same(directories, path, FileFacts.Read(path, followLinks: true))!.Take(rule, store);
            foreach (var database in plan.Databases)
            {
                var parent = Path.GetDirectoryName(database.Path)!;
                Same(directories, parent, FileFacts.Read(parent, followLinks: true))!.Name(Path.GetFileName(database.Path), new(store, database.Name));
            }
        }
    }

    private static void Add(string path, TenantRule? rule, List<WatchedDirectory> directories, ILogger logger)
    {
        var problem = DirectoryRules.WhyUnusable(path, out var facts);
        if (Same(directories, path, facts) is not { } same)
            directories.Add(new WatchedDirectory(path) { Error = problem });
        else if (rule is not null)
            logger.SameDirectory(path, same.Path);
    }

    private static WatchedDirectory? Same(IReadOnlyList<WatchedDirectory> directories, string path, FileFacts facts) =>
        directories.FirstOrDefault(d => d.Path == path) ?? directories.FirstOrDefault(d => FileFacts.Read(d.Path, followLinks: true).IsSameFileAs(facts));
}

namespace Litestream.Agent.Watching;

/// <summary>
/// A symbolic link is never a tenant. Followed out of the directory it would let whoever may create a name there have any
/// file of the machine copied into the backup; inside the directory it is a second name of a file that has its own.
/// </summary>
internal static class SymbolicLinks
{
    public static string WhyRefused(WatchedDirectory directory, string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true);
            if (target is null || !target.Exists)
                return "it is a symbolic link to nothing";
            return IsInside(directory.Path, target.FullName)
                ? "it is a symbolic link; the file it points to is replicated under its own name"
                : "it is a symbolic link that leads out of the watched directory";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "it is a symbolic link that cannot be followed";
        }
    }

    private static bool IsInside(string directory, string target)
    {
        var real = Real(directory);
        var parent = Path.GetDirectoryName(target);
        return parent is not null && Real(parent) == real;
    }

    /// <summary>The path with every link in it resolved.</summary>
    public static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(full);
        if (parent is null)
            return full;
        var here = Path.Combine(Real(parent), Path.GetFileName(full.TrimEnd('/')));
        return Directory.Exists(here) && Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? target.FullName : here;
    }
}

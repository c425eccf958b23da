using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>What a directory must be before it can be watched, each failure as a sentence of its own.</summary>
internal static class DirectoryRules
{
    /// <summary>Null when all is well. <paramref name="facts"/> is what stands at the path, links followed.</summary>
    public static string? WhyUnusable(string path, out FileFacts facts)
    {
        facts = FileFacts.Read(path, followLinks: true);
        if (facts.Kind == FileKind.Missing)
            return "it does not exist";
        if (facts.Kind == FileKind.Unreadable)
            return $"user {Environment.UserName} cannot look at it: the way to it is closed, or its file system does not answer";
        if (facts.Kind != FileKind.Directory)
            return "it is not a directory";
        if (!OperatingSystem.IsLinux())
            return null;
        if (Libc.Access(path, Libc.AccessRead | Libc.AccessExecute) != 0)
            return $"user {Environment.UserName} may not read it";
        if (Libc.Access(path, Libc.AccessWrite) != 0)
            return $"user {Environment.UserName} may not write to it, and SQLite must create -wal and -shm files beside a database";
        return null;
    }
}

namespace Litestream.Agent.Configuration;

/// <summary>A database named by <c>-dsn</c>.</summary>
/// <param name="Path">Absolute path; links are resolved, because SQLite puts the WAL beside the file itself.</param>
/// <param name="Name">Name below the replica's <c>databases/</c>.</param>
internal sealed record SingleDatabase(string Path, string Name)
{
    /// <summary>The file itself, where the path is a link to it.</summary>
    public static string Target(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return file; // a missing file, or a loop of links: told when it is opened
        }
    }
}

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

    /// <summary>
    /// A name that is safe as a folder and as a key: characters other than <c>A-Z a-z 0-9 . _ -</c> become <c>-</c>.
    /// Null when nothing is left to name it by.
    /// </summary>
    public static string? SafeName(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
        return DatabaseName.IsValid(safe) ? safe : null;
    }
}

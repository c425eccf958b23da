namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Which files of a directory are databases.</summary>
/// <param name="Pattern">Of the file's name; null: .db, .sqlite, .sqlite3.</param>
/// <param name="Recursive">Those in directories below it, too.</param>
/// <param name="Watch">Those that appear later, too.</param>
internal sealed record DirectoryEntry(GlobPattern? Pattern, bool Recursive, bool Watch);

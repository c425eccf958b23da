namespace Litestream.Agent.Commands;

internal sealed record VersionAnswer(string Version, string Sqlite, string SqliteSource, string Runtime, string Compiled, string Platform);

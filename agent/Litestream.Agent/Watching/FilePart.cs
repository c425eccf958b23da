namespace Litestream.Agent.Watching;

/// <summary>Which of a database's files a name belongs to.</summary>
internal enum FilePart
{
    Database,
    Wal,
    Shm,
    Journal,
}

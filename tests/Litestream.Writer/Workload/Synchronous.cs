namespace Litestream.Writer.Workload;

/// <summary>What an application's commit waits for: SQLite's pragma of this name.</summary>
internal enum Synchronous
{
    /// <summary>The disk, which is what SQLite does unless asked.</summary>
    Full,
    /// <summary>In WAL mode nothing: only checkpoints wait for the disk.</summary>
    Normal,
    Off,
}

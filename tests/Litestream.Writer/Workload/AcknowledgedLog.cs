namespace Litestream.Writer.Workload;

/// <summary>
/// One line per acknowledged commit, written after SQLite said so: Unix milliseconds, path, incarnation, writer, and the
/// writer's count of commits in that database. What stands here must never be missing from a restored database.
/// </summary>
internal sealed class AcknowledgedLog : IDisposable
{
    private readonly StreamWriter? _file;

    public AcknowledgedLog(string? path)
    {
        if (path is not null)
            _file = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public void Append(string path, string incarnation, int writer, long committed) =>
        _file?.WriteLine($"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}\t{path}\t{incarnation}\t{writer}\t{committed}");

    public void Dispose() => _file?.Dispose();
}

namespace Litestream.Core.Tests.Replication;

/// <summary>What a directory watcher does while an application works: tells of writes all the time.</summary>
internal sealed class Watcher : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Database _database;
    private readonly Task _events;

    public Watcher(Database database)
    {
        _database = database;
        _events = Task.Run(TellAsync);
    }

    /// <summary>Length of the WAL file now; 0 when there is none.</summary>
    public long WalBytes() => new FileInfo(_database.Path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    public void Dispose()
    {
        _stop.Cancel();
        _events.Wait();
        _stop.Dispose();
    }

    private async Task TellAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            _database.Notice(FileEvent.Wal | FileEvent.Database);
            await Task.Delay(5);
        }
    }
}

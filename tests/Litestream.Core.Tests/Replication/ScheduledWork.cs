using System.Collections.Concurrent;
using Litestream.Core.Tests.Storage;
using Litestream.Replication;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Core.Tests.Replication;

/// <summary>A scheduler with work of a test's own, and databases that exist only as lanes.</summary>
internal sealed class ScheduledWork : IAsyncDisposable
{
    public const int MaxUploads = 4;

    private readonly ScratchFolder _folder = new();
    private readonly StoreContext _context;
    private readonly Scheduler _scheduler;
    private bool _isDisposed;

    public ScheduledWork(TimeProvider time, ConcurrentQueue<string> log, Func<ReplicatedDatabase, long> capture, Func<DatabaseReplica, Task<long>> publish)
    {
        SqliteForTests.Choose();
        var books = Books.Open(_folder["books.db"], out _);
        _context = new(
            new() { StateDirectory = _folder.Path },
            [new(0, ReplicaRoot.Parse("file://" + _folder.Path), new(), books.Of("file:///r"), new(_folder["copies"], 0))],
            books,
            new(_folder["spool"]),
            new(_folder.Path),
            time,
            new KeptLog(log));
        _scheduler = new(time, _context.Log, maxWorkers: 4, MaxUploads, capture, publish);
    }

    public ReplicatedDatabase NewDatabase(string name) =>
        new(new() { Name = name, Path = _folder[name + ".db"], CreatedAt = DateTimeOffset.UnixEpoch }, [default], _context, _scheduler);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _scheduler.DisposeAsync();
        _context.Books.Dispose();
        _folder.Dispose();
    }
}

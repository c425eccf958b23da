using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream;

/// <summary>The work on one plain file, one run at a time: looked at, and brought up to date when it is behind or was touched.</summary>
internal sealed class MirrorLane(Mirror mirror, DatabaseReplica replica, Mirrors mirrors)
{
    private readonly CancellationTokenSource _closing = CancellationTokenSource.CreateLinkedTokenSource(mirrors.Stopping);
    /// <summary>Of the time that a disk has, at most one part in so many plus one is spent on a file that changes all the time.</summary>
    private const int RestPerWork = 4;

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    /// <summary>Between two tries while a program holds the file.</summary>
    private static readonly TimeSpan HeldPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HeldLongPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Who holds it longer is named.</summary>
    private static readonly TimeSpan HeldLong = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _unsettled;
    private bool _isWanted;
    private bool _isActive;
    private bool _isClosed;
    private TaskCompletionSource? _run;

    // Owned by the run.
    private long? _heldSince;
    private bool _isTold;
    private int _failures;

    /// <summary>Completes when the file is current, or cannot be made so now.</summary>
    public Task Settled
    {
        get
        {
            lock (_lock)
                return _unsettled?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>A file of the history was published.</summary>
    public void Tell(LtxFile file)
    {
        mirror.Tell(file);
        Wake();
    }

    /// <summary>Has a look soon. Returns at once; often is fine.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isWanted = true;
            _unsettled ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_isActive)
                return;
            _isActive = true;
        }
        mirrors.Queue(this);
    }

    /// <summary>Completes when the file is not touched any more.</summary>
    public async Task CloseAsync()
    {
        Task? run;
        lock (_lock)
        {
            (_isClosed, _isWanted, run) = (true, false, _run?.Task);
            _unsettled?.TrySetResult();
        }
        replica.FilePublished = null;
        await _closing.CancelAsync().ConfigureAwait(false);
        await (run ?? Task.CompletedTask).ConfigureAwait(false);
        replica.SetPlainFile(null);
        _closing.Dispose();
    }

    /// <summary>For the worker. Never throws: one file's trouble stays its own.</summary>
    public async Task RunAsync()
    {
        TaskCompletionSource run;
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isWanted = false;
            _run = run = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        var begun = mirrors.Time.GetTimestamp();
        var again = await LookAsync().ConfigureAwait(false);
        run.SetResult();
        var work = mirrors.Time.GetElapsedTime(begun) * RestPerWork;
        Settle(isTroubled: again is not null);
        if (!mirrors.Stopping.IsCancellationRequested)
            _ = RestAsync(again ?? (work < LongestRest ? work : LongestRest), again is not null);
    }

    private void Settle(bool isTroubled)
    {
        lock (_lock)
        {
            if (_isWanted && !isTroubled)
                return;
            _unsettled?.TrySetResult();
            _unsettled = null;
        }
    }

    private async Task RestAsync(TimeSpan pause, bool isWanted)
    {
        // What was only looked at needs no rest, and thousands are looked at together.
        if (pause > TimeSpan.FromMilliseconds(1))
            await Task.Delay(pause, mirrors.Time, mirrors.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _isWanted |= isWanted && !_isClosed;
            _isActive = _isWanted && !mirrors.Stopping.IsCancellationRequested;
            if (!_isActive)
                return;
        }
        mirrors.Queue(this);
    }

    /// <summary>Null when all is well; else when to come again.</summary>
    private async Task<TimeSpan?> LookAsync()
    {
        try
        {
            if (!mirror.IsCurrent(replica.Book.Published) && !await mirror.CatchUpAsync(_closing.Token).ConfigureAwait(false))
                return Held();
            Mended();
            return null;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            return Failed(e);
        }
    }

    private TimeSpan Held()
    {
        _failures = 0;
        _heldSince ??= mirrors.Time.GetTimestamp();
        var held = mirrors.Time.GetElapsedTime(_heldSince.Value);
        if (held < HeldLong)
            return HeldPause;
        var what = $"{mirror.Path} is behind since {held.TotalSeconds:0} s: {mirror.Holder} has it open and reads; it follows when that ends, and what is replicated does not wait for it";
        replica.SetPlainFile((DatabaseStatus.Active, DatabaseReason.None, what));
        Say(what);
        return HeldLongPause;
    }

    private TimeSpan Failed(Exception error)
    {
        _heldSince = null;
        var hint = error is LitestreamException { Hint: { } known } ? $"; {known}" : "";
        var what = $"{(error is LitestreamException ? error.Message : $"{mirror.Path}: {error.GetType().Name}: {error.Message}")}{hint}";
        replica.SetPlainFile((DatabaseStatus.Error, error is StorageException { Fault: StorageFault.Full } ? DatabaseReason.ReplicaDiskFull : DatabaseReason.ReplicaUnavailable, what));
        Say(what);
        return Backoff.After(++_failures);
    }

    private void Mended()
    {
        (_heldSince, _failures) = (null, 0);
        replica.SetPlainFile(null);
        if (_isTold)
            mirrors.Log.MirrorMended(mirror.Path, mirror.Position);
        _isTold = false;
    }

    /// <summary>Once for each trouble, not with every try.</summary>
    private void Say(string what)
    {
        if (!_isTold)
            mirrors.Log.MirrorTroubled(what);
        _isTold = true;
    }
}

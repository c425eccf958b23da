using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;

namespace Litestream.InPlace;

/// <summary>
/// Into a database whose page size, text encoding or the like changes: what connections believe for as long as they live, so nobody may have one. Alone with
/// the file it leaves WAL mode, in which the page size is fixed, takes the pages under a rollback journal, and returns. It stays the same file: a name that is
/// given to another one leaves whoever opened it a moment before with the old one, and its WAL beside the new.
/// </summary>
internal sealed class WhileAlone(LiveDatabase live)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);

    /// <summary>A try closes what replicates the database, for a moment: where the kernel does not tell who has it open, it is tried ever more rarely.</summary>
    private static readonly TimeSpan LongestTryPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(10);

    public async Task<Entered> RunAsync(RestoredAside wanted, int pageSize, CancellationToken cancellationToken)
    {
        // The journal holds what is overwritten.
        live.RequireRoom(Math.Max(wanted.Result.SizeBytes, FileStat.Of(live.Path)?.SizeBytes ?? 0));
        var (begun, pause) = (live.Time.GetTimestamp(), LookPause);
        while (true)
        {
            // Who waits disturbs nobody: only when nobody seems to be there is anything closed.
            var isOpen = IsOpenElsewhere() is true;
            if (!isOpen)
            {
                await live.CaptureAsync(LiveDatabase.CaptureLimit, cancellationToken).ConfigureAwait(false);
                if (await TryAsync(wanted, pageSize, cancellationToken).ConfigureAwait(false) is { } entered)
                    return entered;
                pause = pause * 2 < LongestTryPause ? pause * 2 : LongestTryPause;
            }
            if (live.Time.GetElapsedTime(begun) >= live.Options.Patience)
                throw live.Busy("another program has it open, which it must not while its page size or text encoding changes");
            live.Report(InPlaceStep.Waiting);
            await Task.Delay(isOpen ? LookPause : pause, live.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when the kernel does not tell.</summary>
    private bool? IsOpenElsewhere()
    {
        using var probe = live.Open();
        return FileStat.Of(live.Path) is { } file ? probe.IsOpenElsewhere(file) : null;
    }

    /// <summary>Null when somebody is connected, or committed something before nobody was.</summary>
    private async Task<Entered?> TryAsync(RestoredAside wanted, int pageSize, CancellationToken cancellationToken)
    {
        var state = live.State;
        var hold = state.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            state.CaptureLane.Wake();
            await Task.WhenAny(hold.Task, Task.Delay(ClosingTime, live.Time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (!hold.Task.IsCompleted)
                return null;
            using var target = live.Open();
            var locked = live.Time.GetTimestamp();
            if (!TryTake(target) || !IsInReplica(target, out var cookie))
                return null;
            target.EndTransaction();
            // Should we die without WAL mode, the next start may switch to it once more.
            state.Record(b => b with { SwitchedInode = 0 });
            var before = live.Keep(state.Book.Captured, new(cookie, wanted.Result.Pages.Count, wanted.Result.Pages.SumBehindFirst));
            live.Enter(() => Enter(wanted, target, pageSize, cancellationToken));
            return new(before, live.Time.GetElapsedTime(locked));
        }
        finally
        {
            state.Hold = null;
            state.CaptureLane.Wake();
        }
    }

    /// <summary>The first mark sees to it that there is a wal-index to look at.</summary>
    private static bool TryTake(EngineConnection target)
    {
        try
        {
            target.BeginMark();
            target.EndTransaction();
            return target.TryBeginExclusive();
        }
        catch (SqliteErrorException e) when (e.IsBusy)
        {
            return false;
        }
    }

    /// <summary>Nobody can tell who came and went while we were not connected: every page is compared with what the replica has, by the sum of all.</summary>
    private bool IsInReplica(EngineConnection alone, out uint cookie)
    {
        cookie = 0;
        var book = live.State.Book;
        if (live.State.Replicas.Published < book.Captured || alone.WalIndex.Read() is not { } index)
            return false;
        using var pinned = PinnedDatabase.TryOpen(alone, index);
        if (pinned is null || pinned.PageSize != book.PageSize || pinned.PageCount != book.PageCount)
            return false;
        var (sum, found) = (0UL, 0u);
        Staging.ForEachPage(pinned, (pgno, page) =>
        {
            sum += PageSum.Of(pgno, page);
            if (pgno == 1)
                found = RestoreEvidence.CookieOf(page);
        });
        cookie = found;
        return sum == book.PostSum;
    }

    private void Enter(RestoredAside wanted, EngineConnection target, int pageSize, CancellationToken cancellationToken)
    {
        using var source = EngineConnection.Open(wanted.Path);
        _ = source.QueryText("PRAGMA journal_mode=DELETE\0"u8);
        if (target.QueryText("PRAGMA journal_mode=DELETE\0"u8) != "delete")
            throw live.Busy("it does not leave WAL mode");
        try
        {
            Faults.Reach(FaultPoint.InPlaceLeftWal);
            using var copy = OnlineCopy.Of(source, target);
            if (!copy.TryLock())
                throw live.Busy("another program writes to it");
            live.Copy(copy, pageSize, cancellationToken);
        }
        finally
        {
            // What fails here takes nothing back: if somebody is quicker, the capture lane switches it when it opens it.
            _ = target.TryExecute("PRAGMA locking_mode=NORMAL\0"u8);
            _ = target.TryExecute("PRAGMA journal_mode=WAL\0"u8);
        }
    }
}

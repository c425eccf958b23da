using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;

namespace Litestream.InPlace;

/// <summary>
/// Into a database that applications may have open and read: one write transaction, in which the last of the present state is captured before the first page
/// is written. Readers go on with what they see and find the new state at their next transaction. No page of it moves for anybody before the commit.
/// </summary>
internal sealed class UnderReaders(LiveDatabase live)
{
    /// <summary>Others hold the writer lock for a moment each; whoever asks rarely among busy ones never gets it.</summary>
    private static readonly TimeSpan TryPause = TimeSpan.FromMilliseconds(1);

    /// <param name="wanted">What goes in.</param>
    /// <param name="pageSize">Its, and the database's.</param>
    /// <param name="evidence">By what the database tells later whether it did, as it looked a moment ago.</param>
    /// <param name="cancellationToken">Takes it back, up to the commit.</param>
    public async Task<Entered> RunAsync(RestoredAside wanted, int pageSize, RestoreEvidence evidence, CancellationToken cancellationToken)
    {
        live.RequireRoom(WalBytes(wanted.Result.SizeBytes, pageSize));
        using var target = live.Open();
        using var source = EngineConnection.Open(wanted.Path);
        using var copy = OnlineCopy.Of(source, target);
        await LockAsync(copy, cancellationToken).ConfigureAwait(false);
        // From here on nobody commits: what is in the replica now is exactly what the restore replaces.
        var locked = live.Time.GetTimestamp();
        var before = live.Keep(await live.CaptureAsync(LiveDatabase.LockedCaptureLimit, cancellationToken).ConfigureAwait(false), evidence);
        live.Enter(() => live.Copy(copy, pageSize, cancellationToken));
        return new(before, live.Time.GetElapsedTime(locked));
    }

    /// <summary>The whole database goes through the WAL, frame by frame, and what it grows by into the file behind that.</summary>
    private long WalBytes(long sizeBytes, int pageSize) =>
        sizeBytes / pageSize * (pageSize + WalFrameHeader.SizeBytes) + Math.Max(0, sizeBytes - (FileStat.Of(live.Path)?.SizeBytes ?? 0));

    private async Task LockAsync(OnlineCopy copy, CancellationToken cancellationToken)
    {
        var begun = live.Time.GetTimestamp();
        live.Report(InPlaceStep.Waiting);
        while (!copy.TryLock())
        {
            if (live.Time.GetElapsedTime(begun) >= live.Options.Patience)
                throw live.Busy("another program is writing to it, in a transaction that does not end");
            await Task.Delay(TryPause, live.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}

using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// A hot database becomes cold without a gap: either nobody else is connected, then it is closed under the exclusive lock and the WAL goes, as its
/// application would expect; or an application is, then we leave and look whether it wrote in the moment of leaving.
/// </summary>
internal sealed class Cooling(StoreContext context, Capture capture, Checkpoint checkpoint)
{
    /// <summary>Tries to close.</summary>
    /// <param name="evenIfConnected">Leave also when an application keeps the database open.</param>
    public CoolingResult TryCool(ReplicatedDatabase database, HotDatabase hot, long since, bool evenIfConnected)
    {
        if (FileStat.Of(database.Path) is not { } file || !file.IsSettled(context.Time.GetUtcNow()) || !DatabaseFiles.At(database.Path).AreSameFiles(hot.Files))
            return CoolingResult.NotYet;
        if (hot.Holder.IsOpenElsewhere(file) == true)
            return evenIfConnected ? Leave(database, hot) : CoolingResult.Connected;
        hot.Table.Save(context.Folder.TableOf(database.Name));
        hot.CloseSpare();
        hot.Holder.EndTransaction();
        var isAlone = hot.Holder.TryBeginExclusive();
        if (isAlone && TryClose(database, hot, file))
            return database.Book.Resting is null ? CoolingResult.LookAgain : CoolingResult.Cold;
        TakeMarkAgain(database, hot, since, isAlone);
        if (isAlone)
        {
            // What is left in the WAL goes into the database, whose time stamps must then get old enough to show any later write.
            checkpoint.TryComplete(database, hot, since);
            return CoolingResult.NotYet;
        }
        return evenIfConnected ? Leave(database, hot) : CoolingResult.Connected;
    }

    /// <summary>
    /// The end, settled or not: if nobody else is connected and everything is captured, closes as an application would, so that no WAL stays behind. Without
    /// an identity to trust: the next start compares.
    /// </summary>
    public static void CloseTidily(ReplicatedDatabase database, HotDatabase hot)
    {
        hot.CloseSpare();
        hot.Holder.EndTransaction();
        if (!DatabaseFiles.At(database.Path).AreSameFiles(hot.Files) || !hot.Holder.TryBeginExclusive())
            return;
        var isCaptured = hot.Holder.WalIndex.Read() is { } index && IsCaptured(database, index);
        hot.Holder.EndTransaction();
        hot.Holder.CheckpointOnClose(isCaptured);
    }

    /// <summary>Under the exclusive lock: closes if there is nothing left to do, so that closing writes nothing but removes the WAL.</summary>
    private bool TryClose(ReplicatedDatabase database, HotDatabase hot, FileStat file)
    {
        var connection = hot.Holder;
        Faults.Reach(FaultPoint.CoolingExclusive);
        var isDone = connection.WalIndex.Read() is { } index && IsCaptured(database, index) && index.IsFullyBackfilled && hot.Table.Txid == database.Book.Captured;
        connection.EndTransaction();
        if (!isDone || FileStat.Of(database.Path) is not { } locked || !locked.IsUnchanged(file))
            return false;
        connection.CheckpointOnClose(true);
        Close(database, hot);
        // Deleted in this very moment: SQLite leaves a WAL beside a database that is not there, and everything in it is in the database file.
        Leftovers.RemoveOrphans(database.Path, hot.Files);
        Faults.Reach(FaultPoint.CooledNotBooked);
        Rest(database, FileStat.Of(database.Path) is { } after && after.IsUnchanged(file) ? new(file, 0, default) : null);
        return true;
    }

    /// <summary>Not alone, or somebody was quicker. The mark was broken for a moment, so continuity must be shown.</summary>
    private void TakeMarkAgain(ReplicatedDatabase database, HotDatabase hot, long since, bool isExclusive)
    {
        if (isExclusive)
            hot.Holder.EndExclusive();
        hot.Holder.BeginMark();
        capture.CaptureAll(database, hot, hot.Holder, since, Opening.FindBreak(database, hot.Holder));
    }

    /// <summary>
    /// An application stays connected: its WAL stays. Leaves, and makes sure that nothing was written meanwhile. While a frame lies behind the
    /// captured ones, stays: somebody may be about to commit it (or it is the rest of a transaction that never was; the next write ends that). The same
    /// while the WAL carries salts that we do not know: a writer began a generation, and its commit may change nothing but the wal-index.
    /// </summary>
    private CoolingResult Leave(ReplicatedDatabase database, HotDatabase hot)
    {
        var before = DatabaseFiles.At(database.Path);
        if (before is not { Main: { } file, Wal: { } wal } || !before.AreSameFiles(hot.Files) || !file.IsSettled(context.Time.GetUtcNow()))
            return CoolingResult.NotYet;
        if (database.Book is not { Position: { } position } book || WalAtRest.Read(database.Path, position, book.PageSize) is not { HasMoved: false } rest)
            return CoolingResult.Connected;
        if (rest.Salts != default && rest.Salts != position.Salts)
            return CoolingResult.Connected;
        // The WAL's header was read first: a generation that begins after this look at the wal-index changes it.
        if (hot.Holder.WalIndex.Read() is not { } index || !IsCaptured(database, index))
            return CoolingResult.NotYet;
        hot.Table.Save(context.Folder.TableOf(database.Name));
        Close(database, hot);
        Faults.Reach(FaultPoint.LeftNotBooked);
        var resting = new RestingFiles(file, wal.Inode, rest.Salts);
        var isUnchanged = resting.AreUnchanged(database.Path, position, book.PageSize);
        Rest(database, isUnchanged ? resting : null);
        return isUnchanged ? CoolingResult.Cold : CoolingResult.LookAgain;
    }

    private static bool IsCaptured(ReplicatedDatabase database, WalIndexHeader index) =>
        index.MxFrame == 0 || database.Book.Position is { } p && p.Salts == index.Salts && p.Frame == index.MxFrame;

    private static void Close(ReplicatedDatabase database, HotDatabase hot)
    {
        database.Hot = null;
        hot.Dispose();
    }

    private void Rest(ReplicatedDatabase database, RestingFiles? resting)
    {
        database.Record(b => b with { Resting = resting });
        database.SetCapture(DatabaseStatus.Active, DatabaseReason.Cold);
        context.Log.Cold(database.Name);
    }
}

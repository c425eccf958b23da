using System.Collections.Concurrent;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// A cold database becomes hot: is it one we may open; first mark; does the WAL continue what was captured, or must a resync find out. Files are
/// looked at through SQLite's handles or by name only: closing a descriptor of ours would drop locks of this process.
/// </summary>
internal sealed class Opening(StoreContext context, Capture capture, Resync resync)
{
    /// <summary>What a full read costs, until one was measured.</summary>
    private const double UsualReadBytesPerSecond = 1e9;

    /// <summary>
    /// Anybody can make a file of so many bytes for nothing, and to copy it would take hours, the state's disk and eight bytes of memory a page. A database is hardly ever a thousandth of its size.
    /// </summary>
    private const long HugeBytes = 1L << 40, LeastShare = 1000;

    private static readonly TimeSpan CreatorPause = TimeSpan.FromSeconds(1);

    /// <summary>Nobody creates a database for longer than this: who still writes then writes all the time.</summary>
    private static readonly TimeSpan LongestCreation = TimeSpan.FromSeconds(5);

    /// <summary>Who opened which file last: at most one entry for each registered database.</summary>
    private readonly ConcurrentDictionary<(ulong Device, ulong Inode), ReplicatedDatabase> _byInode = new();

    private readonly RealFolders _folders = new();

    /// <summary>Files that are known by their inodes.</summary>
    public int KnownFiles => _byInode.Count;

    /// <summary>Opens, takes the first mark, and captures everything committed so far, on top of <paramref name="chain"/>.</summary>
    public HotDatabase Open(ReplicatedDatabase database, ChainStart chain, long since)
    {
        var connection = Connect(database, out var before);
        HotDatabase? hot = null;
        try
        {
            CheckFormat(database, connection, before);
            connection.BeginMark();
            var files = DatabaseFiles.At(database.Path);
            if (files.Main is not { } now || !now.IsSameFile(before))
                throw Replaced(database);
            hot = new HotDatabase(database.Path, connection, files, TakeTable(database, chain)) { LastWriteAt = context.Time.GetTimestamp(), TableSavedAt = context.Time.GetTimestamp() };
            Faults.Reach(FaultPoint.Opened);
            Establish(database, hot, chain, since);
            if (hot.FullReadTime == default)
                hot.FullReadTime = TimeSpan.FromSeconds((double)hot.Table.PageCount * hot.Table.PageSize / UsualReadBytesPerSecond);
            return hot;
        }
        catch
        {
            // What was staged before it went wrong is captured: the table must not fall behind.
            Leftovers.Close(database.Path, connection, before, hot?.Files ?? DatabaseFiles.At(database.Path));
            if (hot is { Table.PageCount: > 0 } && hot.Table.Txid == database.Book.Captured)
                hot.Table.TrySave(context.Folder.TableOf(database.Name));
            throw;
        }
    }

    /// <summary>Connects to the file at its path, which is answered; creates nothing and locks nothing.</summary>
    public EngineConnection Connect(ReplicatedDatabase database, out FileStat file)
    {
        file = CheckFile(database);
        _folders.Check(database.Path);
        RefuseSecondName(database, file);
        database.IsReplaced |= database.Book.Resting is { } resting && !resting.Main.IsSameFile(file);
        return EngineConnection.TryOpen(database.Path, file) ?? throw Replaced(database);
    }

    /// <summary>Why frames cannot tell what changed since the books' position, as a word for the metrics; null when the WAL continues it.</summary>
    /// <param name="marked">Holds a mark.</param>
    public static string? FindBreak(ReplicatedDatabase database, EngineConnection marked)
    {
        if (database.Book.Position is not { } position)
            return "position-unknown";
        if (marked.WalIndex.Read() is not { } index)
            return "wal-index-unreadable";
        // Zero salts: there was no WAL, and a later one may have come and gone.
        if (position.Salts == index.Salts && position.Salts != default)
            return position.Frame == 0 || (position.Frame <= index.MxFrame && IsInPlace(marked, position, index.PageSize)) ? null : Resync.WalTailLost;
        // The database file is as we left it, without a WAL: whatever is in the WAL now is all that happened since.
        if (database.Book.Resting is { WalInode: 0 } resting && FileStat.Of(database.Path) is { } now && now.IsUnchanged(resting.Main))
            return null;
        return "wal-generation-ended";
    }

    /// <summary>The database left the store.</summary>
    public void Forget(ReplicatedDatabase database)
    {
        if (database.OpenedFile is not { } file)
            return;
        _byInode.TryRemove(new(file, database));
        _folders.Leave(database.Path);
        database.OpenedFile = null;
    }

    /// <summary>Some tenant of this store has connections to the file, by whatever name.</summary>
    public bool IsOpenHere(FileStat file) => _byInode.TryGetValue((file.Device, file.Inode), out var database) && (database.Hot is not null || database.Activity == CaptureActivity.Opening);

    /// <summary>Two names of one file would have two WALs, and each would ruin the other's work.</summary>
    private void RefuseSecondName(ReplicatedDatabase database, FileStat file)
    {
        var first = _byInode.AddOrUpdate((file.Device, file.Inode), database, (_, known) => IsAt(known, file) ? known : database);
        if (first != database)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"{database.Path} is a second name (hard link) of {first.Path}", "give each tenant a file of its own: copy it, with its -wal", TimeSpan.FromMinutes(1));
        if (database.OpenedFile is not { } last)
            _folders.Enter(database.Path);
        else if (last != (file.Device, file.Inode))
            _byInode.TryRemove(new(last, database));
        database.OpenedFile = (file.Device, file.Inode);
    }

    /// <summary>It is registered still, and its path leads to this file.</summary>
    private static bool IsAt(ReplicatedDatabase database, FileStat file) => database.Exit is null && FileStat.Of(database.Path) is { } there && there.IsSameFile(file);

    private static bool IsInPlace(EngineConnection marked, WalPosition position, int pageSize)
    {
        Span<byte> frame = stackalloc byte[WalFrameHeader.SizeBytes];
        return marked.ReadWal(WalFrameHeader.OffsetOf(position.Frame, pageSize), frame) && position.IsAt(frame);
    }

    private void Establish(ReplicatedDatabase database, HotDatabase hot, ChainStart chain, long since)
    {
        RestoreOutcome.Settle(database, hot.Holder, context.Log);
        var reason = chain.NeedsImage ? null : FindBreak(database, hot.Holder);
        if (reason is not null && database.IsReplaced)
            reason = Resync.FileReplaced;
        if (chain.NeedsImage)
        {
            database.SetCapture(DatabaseStatus.Active, DatabaseReason.FirstCopy);
            var index = hot.Holder.WalIndex.Read() ?? throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"The wal-index of {database.Path} cannot be read");
            resync.StageBase(database, hot, hot.Holder, index, since);
            context.Log.FirstCopy(database.Name, hot.Table.PageCount, hot.FullReadTime.TotalMilliseconds);
        }
        database.MoveChain(chain, ChainStart.Taken);
        var captured = capture.CaptureAll(database, hot, hot.Holder, since, reason);
        resync.StageImageForOthers(database, hot, hot.Holder, captured);
        database.IsReplaced = false;
    }

    /// <summary>The page table as of what was captured last.</summary>
    public PageTable TakeTable(ReplicatedDatabase database, ChainStart chain)
    {
        if (chain.NeedsImage)
            return new(0, database.Book.Captured);
        var table = chain.Table ?? PageTable.TryLoad(context.Folder.TableOf(database.Name));
        if (table is null || table.Txid != database.Book.Captured || table.Sum != database.Book.PostSum)
        {
            // Lost or of another transaction: it is built anew from a replica.
            database.ForgetChain();
            throw new CaptureException(DatabaseStatus.Active, DatabaseReason.Pending, $"The page table of {database.Name} is rebuilt from the replica", retryIn: TimeSpan.Zero);
        }
        return table;
    }

    private static CaptureException Replaced(ReplicatedDatabase database) =>
        new(DatabaseStatus.Waiting, DatabaseReason.BeingCreated, $"{database.Path} was replaced while it was opened", retryIn: TimeSpan.FromMilliseconds(50));

    /// <summary>Looks at the file by name only; throws the reason why it cannot be opened.</summary>
    public static FileStat CheckFile(ReplicatedDatabase database)
    {
        if (FileStat.Of(database.Path) is not { } file)
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.FileMissing, $"{database.Path} does not exist", "its backup is kept; it is replicated again when it comes back", Timeout.InfiniteTimeSpan);
        if (!file.IsRegular)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.NotADatabase, $"{database.Path} is not a regular file", "symbolic links and devices are not followed", TimeSpan.FromMinutes(1));
        if (file.SizeBytes == 0)
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.EmptyFile, $"{database.Path} is empty", "it is replicated from its first write on", Timeout.InfiniteTimeSpan);
        if (!Ownership.IsSafeToOpen(file))
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.ForeignOwner,
                $"{database.Path} belongs to user {file.Uid}; opened by this user, its application could no longer open its own WAL", "run the agent as the file's owner, or as root", TimeSpan.FromMinutes(1));
        if (file.SizeBytes >= HugeBytes && FileStat.AllocatedBytesOf(database.Path) < file.SizeBytes / LeastShare)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"{database.Path} claims {file.SizeBytes / 1_000_000_000} GB and takes next to nothing of its disk: it is holes, no database", "its application can shrink it with VACUUM; else remove it", TimeSpan.FromMinutes(1));
        foreach (var beside in (ReadOnlySpan<string>)[DatabaseFiles.WalOf(database.Path), DatabaseFiles.ShmOf(database.Path), DatabaseFiles.JournalOf(database.Path)])
            CheckBeside(beside, file);
        return file;
    }

    /// <summary>What SQLite keeps beside a database is a file of its own. Anything else there was not made by SQLite, and would have it write to, or read from, what is somebody else's.</summary>
    private static void CheckBeside(string path, FileStat database)
    {
        if (FileStat.Of(path) is not { } file)
            return;
        if (!file.IsRegular)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"{path} is not a regular file", "nobody can write to the database beside it: remove it, or move it away", TimeSpan.FromMinutes(1));
        if (file.Links > 1 && file.Uid != database.Uid)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"{path} is a second name (hard link) of a file of user {file.Uid}, and the database is user {database.Uid}'s", "remove that name", TimeSpan.FromMinutes(1));
    }

    private void CheckFormat(ReplicatedDatabase database, EngineConnection connection, FileStat file)
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.SizeBytes];
        if (!connection.ReadDatabase(0, bytes) || !DatabaseHeader.TryParse(bytes, out var header))
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.NotADatabase, $"{database.Path} does not begin like a SQLite database: something else, or encrypted", "remove it from the watched directory, or decrypt it", TimeSpan.FromMinutes(1));
        if (connection.IsReadOnly)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Permission, $"{database.Path} cannot be written by this user; replicating needs SQLite's locks", "give the agent write permission on the file and its directory", TimeSpan.FromMinutes(1));
        if (header.IsWal)
        {
            OwnersWal.Prepare(database.Path, file);
            return;
        }
        if (!header.IsRollback)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.UnsupportedFormat, $"{database.Path} uses file format version {header.WriteVersion}, which this program does not know (wal2?)", null, TimeSpan.FromMinutes(1));
        SwitchToWal(database, connection, file);
    }

    private void SwitchToWal(ReplicatedDatabase database, EngineConnection connection, FileStat file)
    {
        if (context.Options.KeepJournalMode)
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.RollbackJournal, $"{database.Path} is in rollback journal mode and is left so (-keep-journal-mode)", "switch it with: PRAGMA journal_mode=WAL", TimeSpan.FromMinutes(1));
        if (database.Book.SwitchedInode == file.Inode)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.RollbackJournal, $"{database.Path} was switched to WAL before and has left it again", "have its application keep journal_mode=WAL; if you put another file there, run: sqlite3 FILE 'PRAGMA journal_mode=WAL'", TimeSpan.FromMinutes(1));
        var age = context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks(file.MtimeNs / 100);
        if (age >= TimeSpan.Zero && age < CreatorPause && !HasBeenCreatedFor(database, file.Inode, LongestCreation))
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.BeingCreated, $"{database.Path} was written a moment ago; its creator may not be done", null, CreatorPause - age + TimeSpan.FromMilliseconds(20));
        var mode = connection.QueryText("PRAGMA journal_mode=WAL\0"u8);
        if (mode != "wal")
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.RollbackJournal, $"{database.Path} stays in journal mode {mode}: SQLite did not switch it to WAL", null, TimeSpan.FromMinutes(1));
        Faults.Reach(FaultPoint.SwitchedNotBooked);
        database.Record(b => b with { SwitchedInode = file.Inode });
        context.Log.SwitchedToWal(database.Name);
    }

    /// <summary>Whether this file was first seen in rollback mode so long ago, by this run of the agent.</summary>
    private bool HasBeenCreatedFor(ReplicatedDatabase database, ulong inode, TimeSpan time)
    {
        if (database.RollbackSeen.Inode != inode)
            database.RollbackSeen = (inode, context.Time.GetTimestamp());
        return context.Time.GetElapsedTime(database.RollbackSeen.At) >= time;
    }
}

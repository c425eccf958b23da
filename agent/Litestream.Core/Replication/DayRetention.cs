using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Step "retain" of a dated replica: removes whole old days, never the one in use. A day goes when the one behind it began before the window, so that no
/// moment of the window needs it; and only if nothing lies there but LTX files.
/// </summary>
internal sealed class DayRetention(StoreContext context)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromDays(1);

    /// <summary>What an old day holds of a database.</summary>
    /// <param name="Ends">When the next one began: what lies behind that is not this day's.</param>
    private readonly record struct OldDay(DateOnly Day, IReadOnlyList<LtxFile> Files, DateTimeOffset Ends);

    /// <summary>Answers when the next day may go; null when there is none but the one in use.</summary>
    public async Task<DateTimeOffset?> RunAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        var (now, next) = (context.Time.GetUtcNow(), default(DateTimeOffset?));
        if (replica.Book.Day is not { } inUse)
            return null;
        foreach (var old in await ReadAsync(replica, inUse, now, cancellationToken).ConfigureAwait(false))
        {
            var due = DueAt(old, replica.Place.Points.Window, replica.Database.Book.Labels);
            if (due <= now)
                due = await TryRemoveAsync(replica, old, cancellationToken).ConfigureAwait(false) ? DateTimeOffset.MaxValue : now + TryAgain;
            next = due < (next ?? DateTimeOffset.MaxValue) ? due : next;
        }
        return next;
    }

    private static DateTimeOffset DueAt(OldDay old, TimeSpan window, IReadOnlyList<Label> labels)
    {
        var (first, last) = (old.Files.Min(f => f.MaxTxid), old.Files.Max(f => f.MaxTxid));
        var labelled = labels.Where(l => l.Txid >= first && l.Txid <= last).Select(l => l.Until);
        return labelled.Append(old.Ends + window).Max();
    }

    /// <summary>Newest first: each ends where the one behind it begins.</summary>
    private static async Task<List<OldDay>> ReadAsync(DatabaseReplica replica, DateOnly inUse, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var days = replica.Place.Root.Days!;
        var old = new List<OldDay>();
        // Until something is in the day in use, the one before it is the newest there is, and ends no earlier than now.
        var ends = replica.Place.Books.AllFiles(replica.Database.Name).Select(f => f.CreatedAt).DefaultIfEmpty(now).Min();
        foreach (var day in (await days.ListAsync(replica.Place.Root, cancellationToken).ConfigureAwait(false)).Reverse())
        {
            if (day >= inUse || days.On(day) == days.On(inUse))
                continue;
            var files = await ReplicaListing.ReadAsync(replica.StorageOn(day), cancellationToken).ConfigureAwait(false);
            if (files.Count == 0)
            {
                // A removal that a crash cut short leaves folders.
                await replica.Place.Root.RemoveEmptyFoldersAsync(replica.Place.Root.PathOn(day, replica.Database.Name), cancellationToken).ConfigureAwait(false);
                continue;
            }
            old.Add(new(day, files, ends));
            ends = files.Min(f => f.CreatedAt);
        }
        return old;
    }

    private async Task<bool> TryRemoveAsync(DatabaseReplica replica, OldDay old, CancellationToken cancellationToken)
    {
        var (root, path) = (replica.Place.Root, replica.Place.Root.PathOn(old.Day, replica.Database.Name));
        if (!await HoldsNothingElseAsync(root.OpenPlain(path), old.Files.Count, cancellationToken).ConfigureAwait(false))
        {
            context.Log.DayStays(replica.Database.Name, root.UrlOf(path));
            return false;
        }
        Faults.Reach(FaultPoint.RetentionChosen);
        await replica.StorageOn(old.Day).DeleteAsync(old.Files, cancellationToken).ConfigureAwait(false);
        await root.RemoveEmptyFoldersAsync(path, cancellationToken).ConfigureAwait(false);
        context.Log.DayRemoved(replica.Database.Name, root.UrlOf(path));
        return true;
    }

    /// <summary>So many LTX files and, in a folder, copies of such that a crash cut short.</summary>
    private static async Task<bool> HoldsNothingElseAsync(IPlainFiles files, int ltxFiles, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var file in files.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            var name = Path.GetFileName(file.Name.AsSpan());
            if (LtxFile.TryParseName(name, out _, out _))
                count++;
            else if (!FolderPublication.IsTemporary(name))
                return false;
        }
        return count == ltxFiles;
    }
}

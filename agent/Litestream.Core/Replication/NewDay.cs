using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// The days of a dated replica. The first commit after midnight has the capture lane stage an image behind it; what was staged before goes to the old day,
/// the image and what follows to the new one. So each day restores by itself, and the newest that exists has everything that any day has.
/// </summary>
internal sealed class NewDay(StoreContext context)
{
    /// <summary>After a start: which day is in use? The newest that exists, whatever the books say, is the one to go on with; only then today.</summary>
    public async Task FindAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        var newest = await replica.Place.Root.FindNewestDayAsync(replica.Database.Name, replica.Book.Day, before: null, cancellationToken).ConfigureAwait(false);
        var day = newest ?? replica.Book.Day ?? context.DayOf(context.Time.GetUtcNow());
        if (replica.Book.Day != day)
            replica.Record(b => b with { Day = day });
        replica.ImageDay = day;
    }

    /// <summary>
    /// Goes over to the day of a staged image, if it begins one. Booked before anything is there: a run that ends in between goes on with the new day,
    /// never again with the old one. False when the new day holds something already: then it must be found out what.
    /// </summary>
    public async Task<bool> TryBeginAsync(DatabaseReplica replica, StagedFile staged, CancellationToken cancellationToken)
    {
        if (replica.Place.Root.Days is not { } days || !staged.IsBase)
            return true;
        var day = context.DayOf(staged.File.CreatedAt);
        if (replica.Book.Day is { } known && (day <= known || days.On(day) == days.On(known)))
            return true;
        var name = replica.Database.Name;
        var there = await ReplicaListing.ReadAsync(replica.StorageOn(day), cancellationToken).ConfigureAwait(false);
        replica.BeginDay(day, context.Time.GetUtcNow());
        Faults.Reach(FaultPoint.DayBookedNotBegun);
        replica.Place.Books.ReplaceFiles(name, there);
        replica.Place.Copies.DropAll(name);
        replica.ConfirmedAt = context.Now;
        if (there.Count > 0)
            return false;
        replica.IsDayNew = true;
        context.Log.DayBegins(name, replica.Url);
        return true;
    }

    /// <summary>Behind the first file of a day: two agents that began it in the same moment do not collide by name, so whoever sees the other stops.</summary>
    public static async Task ConfirmAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        if (!replica.IsDayNew)
            return;
        var ours = replica.Place.Books.AllFiles(replica.Database.Name).Select(f => (f.Level, f.Name)).ToHashSet();
        foreach (var file in await ReplicaListing.ReadAsync(replica.Storage, cancellationToken).ConfigureAwait(false))
        {
            if (!ours.Contains((file.Level, file.Name)))
                throw ForeignChain.WrittenBehind(replica, $"it began this day with transaction {file.MaxTxid} in the same moment");
        }
        replica.IsDayNew = false;
    }
}

using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Sqlite;

namespace Litestream.InPlace;

/// <summary>
/// A few pages of the wanted state that the present one does not have. What an application writes after a crash changes many pages, seldom all of these: one
/// of them in the database says that it was restored.
/// </summary>
internal static class Witnesses
{
    private const int Enough = 8;

    /// <summary>Reads both as far as it must: all of them where hardly anything differs. Begins anywhere, as what is written next lies close together.</summary>
    public static IReadOnlyList<PageChange> Of(string wanted, PinnedDatabase present)
    {
        using var file = File.OpenHandle(wanted);
        var (ours, theirs) = (new byte[present.PageSize], new byte[present.PageSize]);
        var count = Math.Min(RandomAccess.GetLength(file) / present.PageSize, present.PageCount);
        var (found, first) = (new List<PageChange>(), Random.Shared.NextInt64(count));
        for (var i = 0L; i < count && found.Count < Enough; i++)
        {
            var pgno = (uint)((first + i) % count) + 1;
            if (pgno == 1 || pgno == LockPage.Of(present.PageSize))
                continue;
            _ = RandomAccess.Read(file, ours, (pgno - 1L) * present.PageSize);
            present.Read(pgno, theirs);
            if (!ours.AsSpan().SequenceEqual(theirs))
                found.Add(new(pgno, PageSum.Of(pgno, ours)));
        }
        return found;
    }
}

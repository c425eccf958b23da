using System.Globalization;
using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// What of a database that is another host's by now is on this host alone, for whoever decides what becomes of it. A look by the books and by the frames in the WAL: nothing is opened that SQLite
/// locks, and nothing is changed.
/// </summary>
internal static class OnlyHere
{
    /// <summary>A look is no capture: behind so many frames "at least" is said.</summary>
    private const int MostFrames = 100_000;

    /// <summary>A sentence without its full stop.</summary>
    public static string Of(ReplicatedDatabase database)
    {
        var book = database.Book;
        var published = database.Replicas.Max(r => r.Book.Published);
        if (book.Resting is { } resting && resting.AreUnchanged(database.Path, book.Position, book.PageSize))
            return Say(published, book.Captured, 0, isAll: true);
        return book.Position is { } position && CommitsBehind(database.Path, position, book.PageSize) is var (commits, isAll) ? Say(published, book.Captured, commits, isAll) : Say(published, book.Captured, null, isAll: false);
    }

    /// <param name="published">Newest transaction that this host published.</param>
    /// <param name="captured">Newest one that it captured.</param>
    /// <param name="commits">In the WAL behind that one; null: that cannot be told.</param>
    /// <param name="isAll">There are not more.</param>
    public static string Say(Txid published, Txid captured, int? commits, bool isAll)
    {
        var first = captured <= published ? null
            : captured == published.Next ? $"transaction {captured}, captured and never published"
            : string.Create(CultureInfo.InvariantCulture, $"transactions {published.Next} to {captured} ({captured.Value - published.Value}), captured and never published");
        var second = commits switch
        {
            null => "whatever its file holds behind that (its WAL does not tell)",
            0 => null,
            1 => "1 commit in its WAL that was never captured",
            _ => string.Create(CultureInfo.InvariantCulture, $"{(isAll ? "" : "at least ")}{commits} commits in its WAL that were never captured"),
        };
        return (first, second) switch
        {
            (null, null) => "Nothing of it is here only",
            (null, _) or (_, null) => $"Here only: {first ?? second}",
            _ => $"Here only: {first}, and {second}",
        };
    }

    /// <summary>Null: the generation that was captured is not the one that the WAL holds, or it cannot be read.</summary>
    private static (int Commits, bool IsAll)? CommitsBehind(string path, WalPosition captured, int pageSize)
    {
        try
        {
            using var wal = RegularFile.OpenRead(DatabaseFiles.WalOf(path));
            Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
            if (RandomAccess.Read(wal, bytes, 0) < WalHeader.SizeBytes || !WalHeader.TryParse(bytes, out var header) || header.Salts != captured.Salts)
                return null;
            var commits = 0;
            var frame = bytes[..WalFrameHeader.SizeBytes];
            for (var i = 1u; i <= MostFrames; i++)
            {
                if (RandomAccess.Read(wal, frame, WalFrameHeader.OffsetOf(captured.Frame + i, pageSize)) < WalFrameHeader.SizeBytes || WalFrameHeader.Read(frame) is var read && read.Salts != captured.Salts)
                    return (commits, true);
                commits += read.Commit > 0 ? 1 : 0;
            }
            return (commits, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using Microsoft.Data.Sqlite;

namespace Litestream.Writer.History;

/// <summary>
/// Whether a database is what its history says: sound, its transactions whole, and the commits it holds the first ones of those that its
/// application made. Each answer is one line: <c>ok incarnation commits</c>, <c>blank</c>, or <c>wrong</c> with a word and the details.
/// </summary>
internal sealed class Judge(Archive archive)
{
    private const int NoCheckpointOnClose = 1006;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A restored database against the one in use, or against the archive when that one is another incarnation by now.</summary>
    public string OfRestored(string restored, string live)
    {
        List<Commit> commits;
        int incarnation;
        using (var connection = DatabaseFile.Open(restored))
        {
            if (Complaint(connection, out incarnation, out commits) is { } complaint)
                return complaint;
        }

        if (Reference(live, incarnation) is not { } reference)
            return $"wrong\tprefix\tincarnation {incarnation} was never there";
        for (var i = 0; i < commits.Count; i++)
        {
            if (i >= reference.Count)
                return $"wrong\tprefix\tcommit {commits[i]} of incarnation {incarnation} was never made: its application has {reference.Count}";
            if (commits[i] != reference[i])
                return $"wrong\tprefix\tcommit {commits[i]} of incarnation {incarnation}: its application has {reference[i]}";
        }

        return $"ok\t{incarnation}\t{commits.Count}";
    }

    /// <summary>The database in use, by itself.</summary>
    public static string OfLive(string live)
    {
        if (!File.Exists(live))
            return "blank";
        using var connection = OpenAside(live);
        return Complaint(connection, out var incarnation, out var commits) ?? $"ok\t{incarnation}\t{commits.Count}";
    }

    private static string? Complaint(SqliteConnection connection, out int incarnation, out List<Commit> commits)
    {
        (incarnation, commits) = (0, []);
        connection.Run("BEGIN");
        if (connection.Scalar("PRAGMA integrity_check") is not "ok" and var unsound)
            return $"wrong\tsound\tintegrity_check: {unsound?.ToString()?.ReplaceLineEndings(" ")}";
        if (HistoryFile.Incarnation(connection) is not { } known)
            return connection.Scalar("SELECT count(*) FROM sqlite_master") is 0L ? "blank" : "wrong\tprefix\ta schema by halves";
        (incarnation, commits) = (known, HistoryFile.Commits(connection));
        for (var i = 0; i < commits.Count; i++)
        {
            if (commits[i].Seq != i + 1)
                return $"wrong\tprefix\tincarnation {incarnation}: commit {i + 1} is missing, there is {commits[i].Seq}";
        }

        var (live, sum) = HistoryFile.Rows(connection);
        return (live, sum) == (commits[^1].Live, commits[^1].Sum) ? null
            : $"wrong\tprefix\tincarnation {incarnation}: after commit {commits[^1]} there are {live} rows with sum {sum}";
    }

    /// <summary>The commits that an incarnation has, as far as its application knows; null when there was no such incarnation.</summary>
    private List<Commit>? Reference(string live, int incarnation)
    {
        var tenant = Path.GetFileNameWithoutExtension(live);
        // The application may be replacing the database at this very moment: then the archive has it in the next.
        for (var deadline = DateTime.UtcNow + Patience; ; Thread.Sleep(20))
        {
            if (archive.Has(tenant, incarnation))
                return [.. archive.Read(tenant, incarnation)];
            using (var hold = archive.TryHold(tenant))
            {
                if (hold is not null && CommitsOf(live, incarnation) is { } commits)
                    return commits;
            }
            if (DateTime.UtcNow > deadline)
                return null;
        }
    }

    private static List<Commit>? CommitsOf(string live, int incarnation)
    {
        try
        {
            using var connection = OpenAside(live);
            connection.Run("BEGIN");
            return HistoryFile.Incarnation(connection) == incarnation ? HistoryFile.Commits(connection) : null;
        }
        // Locked, or its application was killed between two files.
        catch (SqliteException error) when (error.SqliteErrorCode is 1 or 5 or 11 or 14 or 26)
        {
            return null;
        }
    }

    /// <summary>A reader that leaves the WAL as it found it: what the agent meets after a restart must be what the application left.</summary>
    private static SqliteConnection OpenAside(string path)
    {
        var connection = DatabaseFile.Open(path);
        SQLitePCL.raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
        return connection;
    }
}

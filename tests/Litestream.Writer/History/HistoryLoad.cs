using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.History;

/// <summary>A writer of histories: visits its tenants in turn, each with the habits of another kind of application, and notes each commit once SQLite said so.</summary>
internal sealed class HistoryLoad(int writer, Random random, IReadOnlyList<string> owned, IReadOnlyList<string> shared, Replacement replacement, TextWriter acks) : IDisposable
{
    private readonly Dictionary<string, HistorySession> _sessions = [];
    private volatile bool _isStopped;

    /// <summary>Every commit is synced; else each session does as it likes.</summary>
    public bool SyncsAlways { get; init; }

    public long Commits { get; private set; }

    public long Busy { get; private set; }

    /// <summary>Errors that no healthy database gives; each is on stderr.</summary>
    public long Failures { get; private set; }

    public void Stop() => _isStopped = true;

    public void Run()
    {
        foreach (var path in owned)
            Try(path, () => replacement.Settle(path));
        Console.WriteLine("ready");
        while (!_isStopped)
        {
            var at = random.Next(owned.Count + shared.Count);
            var path = at < owned.Count ? owned[at] : shared[at - owned.Count];
            Try(path, () => Visit(path, isOwned: at < owned.Count));
            if (random.Next(3) == 0)
                Thread.Sleep(random.Next(60));
        }

        // A database that stays outside WAL was left there by a writer that was killed.
        foreach (var path in owned)
            Try(path, () => Session(path).EnterWal());
        Dispose();
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
        _sessions.Clear();
    }

    private void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (SqliteException error) when (error.SqliteErrorCode is 5 or 6)
        {
            Busy++;
        }
        catch (Exception error) when (error is SqliteException or IOException or InvalidOperationException)
        {
            Failures++;
            Console.Error.WriteLine($"{DateTime.UtcNow:O} {path}: {error.Message} ({(error as SqliteException)?.SqliteExtendedErrorCode}) at {new StackTrace(error, fNeedFileInfo: false).GetFrame(0)?.GetMethod()?.Name}");
            Close(path);
        }
    }

    private void Visit(string path, bool isOwned)
    {
        if (isOwned && random.Next(60) == 0)
        {
            Close(path);
            replacement.Run(path, writer);
            return;
        }

        var session = Session(path);
        for (var operations = random.Next(1, 12); operations > 0 && !_isStopped; operations--)
            Operate(session, isOwned);
        if (random.Next(2) == 0)
            Close(path);
    }

    private void Operate(HistorySession session, bool isOwned)
    {
        switch (random.Next(100))
        {
            case < 55:
                Acknowledge(session, session.CommitSmall());
                break;
            case < 70:
                Acknowledge(session, session.CommitAutomatically());
                break;
            case < 76:
                Acknowledge(session, session.CommitLarge());
                break;
            case < 80:
                session.SpillAndRollBack();
                break;
            case < 87:
                session.CheckPoint();
                break;
            case < 89:
                session.Vacuum();
                break;
            case < 91:
                session.ReadFor(TimeSpan.FromMilliseconds(random.Next(200)));
                break;
            case < 94 when isOwned:
                if (session.LeaveWal() is { } seq)
                    Acknowledge(session, seq);
                break;
            case < 98:
                Thread.Sleep(random.Next(300));
                break;
            default:
                if (isOwned)
                    session.EnterWal();
                break;
        }
    }

    private void Acknowledge(HistorySession session, long seq)
    {
        acks.WriteLine($"{Path.GetFileNameWithoutExtension(session.Path)} {session.Incarnation} {seq}");
        Commits++;
    }

    private HistorySession Session(string path) =>
        _sessions.TryGetValue(path, out var session) ? session : _sessions[path] = new(path, writer, random, SyncsAlways);

    private void Close(string path)
    {
        if (_sessions.Remove(path, out var session))
            session.Dispose();
    }
}

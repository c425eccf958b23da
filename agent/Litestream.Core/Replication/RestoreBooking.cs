using Microsoft.Data.Sqlite;

namespace Litestream.Replication;

/// <summary>What the books say of a restore in place that is under way in this program. Under the database's lock.</summary>
internal sealed class RestoreBooking(ReplicatedDatabase database, Books books)
{
    private Label? _label;

    /// <summary>Somebody in this program works at it: its outcome is his to say.</summary>
    public bool IsUnderWay
    {
        get
        {
            lock (database.Gate)
                return _label is not null;
        }
    }

    /// <summary>It is about to happen; not even a power loss forgets that.</summary>
    public void Begin(Label label)
    {
        lock (database.Gate)
        {
            database.Record(b => b with { Labels = Label.Add(b.Labels, label) });
            books.Flush();
            _label = label;
        }
    }

    /// <summary>
    /// The books with a file that was captured. From its label to its commit a restore keeps everybody else from committing: what comes first behind the label
    /// is that commit, and both are booked in one write.
    /// </summary>
    public BookEntry Note(BookEntry before, BookEntry next) => _label is { } label && next.Position != before.Position
        ? next with { Labels = Label.Settle(next.Labels, label, hasHappened: true) }
        : next;

    /// <summary>What came of it; null: whoever opens the database next finds out (<see cref="RestoreOutcome"/>).</summary>
    public void End(bool? hasHappened)
    {
        lock (database.Gate)
        {
            if (_label is not { } label)
                return;
            if (hasHappened is not true)
                _label = null;
            try
            {
                if (hasHappened is not null && database.Book.Labels.Contains(label))
                    database.Record(b => b with { Labels = Label.Settle(b.Labels, label, hasHappened) });
                _label = null;
            }
            catch (SqliteException)
            {
                // Books that cannot be written: what happened is booked with its transaction, what did not at the next opening.
            }
        }
    }
}

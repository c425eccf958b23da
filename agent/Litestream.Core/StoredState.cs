using Litestream.Replication;

namespace Litestream;

/// <summary>
/// The state directory of a store that nobody has open: what it knows, and how to make it forget a database, so that the next start reads the replica
/// and compares the whole database with it. Locked as a store locks it.
/// </summary>
public sealed class StoredState : IDisposable
{
    private const string BooksName = "books.db";

    private readonly string _folder;
    private readonly FileStream _lock;
    private readonly Books _books;

    private StoredState(string folder, FileStream @lock, Books books) => (_folder, _lock, _books) = (folder, @lock, books);

    /// <summary>Some store keeps its state there, open or not.</summary>
    public static bool IsAt(string folder) => File.Exists(Path.Combine(folder, BooksName));

    /// <summary>Null while a store has it open. Throws <see cref="LitestreamException"/> when it cannot be used.</summary>
    public static StoredState? TryOpen(string folder)
    {
        FileStream @lock;
        try
        {
            @lock = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LitestreamException($"Cannot use the state directory {folder}: {e.Message}", e, "run this as the agent's own user");
        }
        try
        {
            return new(folder, @lock, Books.Open(Path.Combine(folder, BooksName), out _));
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    public IReadOnlyList<StoredDatabase> Databases => [.. _books.LoadAll().Select(Describe)];

    /// <summary>Forgets where a database stands, and its captured files. What a person said of it (a stop, states that stay restorable) is kept.</summary>
    public void Forget(StoredDatabase database)
    {
        foreach (var path in WaitingOf(database.Name))
            File.Delete(path);
        File.Delete(Path.Combine(_folder, "tables", database.Name + ".pages"));
        _books.Forget(database.Name);
    }

    public void Dispose()
    {
        _books.Dispose();
        _lock.Dispose();
    }

    private StoredDatabase Describe(BookEntry book)
    {
        var waiting = WaitingOf(book.Name);
        return new(book.Name, book.Path, book.Captured, waiting.Count, waiting.Sum(path => new FileInfo(path).Length));
    }

    private List<string> WaitingOf(string name)
    {
        var spool = Path.Combine(_folder, "spool");
        return !Directory.Exists(spool) ? [] : [.. Directory.EnumerateFiles(spool).Where(path => Spool.TryParse(path, out var of, out _, out _, out _) && of == name)];
    }
}

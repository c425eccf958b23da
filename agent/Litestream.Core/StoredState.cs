using Litestream.Replication;

namespace Litestream;

/// <summary>
/// The state directory of a store that nobody has open: what it knows, and how to make it forget a database, so that the next start reads the replica
/// and compares the whole database with it. Locked as a store locks it.
/// </summary>
internal sealed class StoredState : IDisposable
{
    private readonly StoreFolder _folder;
    private readonly FileStream _lock;
    private readonly Books _books;

    private StoredState(StoreFolder folder, FileStream @lock, Books books) => (_folder, _lock, _books) = (folder, @lock, books);

    /// <summary>Some store keeps its state there, open or not.</summary>
    public static bool IsAt(string folder) => File.Exists(new StoreFolder(folder).Books);

    /// <summary>Null while a store has it open. Throws <see cref="LitestreamException"/> when it cannot be used.</summary>
    public static StoredState? TryOpen(string path)
    {
        var folder = new StoreFolder(path);
        FileStream? @lock = null;
        try
        {
            @lock = folder.TryLock();
            return @lock is null ? null : new(folder, @lock, Books.OpenExisting(folder.Books));
        }
        catch (Exception e)
        {
            @lock?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new LitestreamException($"Cannot use the state directory {path}: {e.Message}", e, "run this as the agent's own user");
            throw;
        }
    }

    public IReadOnlyList<StoredDatabase> Databases
    {
        get
        {
            var waiting = Waiting().ToLookup(f => f.Name, f => f.Path);
            return [.. _books.LoadAll().Select(b => new StoredDatabase(b.Name, b.Path, b.Captured, waiting[b.Name].Count(), waiting[b.Name].Sum(path => new FileInfo(path).Length)))];
        }
    }

    /// <summary>Forgets where a database stands, and its captured files. What a person said of it (a stop, states that stay restorable) is kept.</summary>
    public void Forget(StoredDatabase database)
    {
        foreach (var file in Waiting().Where(f => f.Name == database.Name))
            File.Delete(file.Path);
        File.Delete(_folder.TableOf(database.Name));
        _books.Forget(database.Name);
    }

    public void Dispose()
    {
        _books.Dispose();
        _lock.Dispose();
    }

    private IEnumerable<(string Name, string Path)> Waiting()
    {
        foreach (var path in Directory.Exists(_folder.Spool) ? Directory.EnumerateFiles(_folder.Spool) : [])
        {
            if (Spool.TryParse(path, out var name, out _, out _, out _))
                yield return (name, path);
        }
    }
}

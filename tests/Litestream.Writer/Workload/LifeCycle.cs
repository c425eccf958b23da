namespace Litestream.Writer.Workload;

/// <summary>
/// Databases that come and go: deleted with or without their <c>-wal</c> and <c>-shm</c>, re-created at once or later, in
/// place, from a template, or by way of an empty file. The application closes its connection first, as the README asks.
/// </summary>
internal sealed class LifeCycle(Random random, string templateDirectory, Totals totals)
{
    // Deleting only the .db is safe when about a second passes before the name is used again; long after, the application helps itself.
    private static readonly TimeSpan ShortestAbsence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTime> _gone = [];

    /// <summary>True while the file is away; the last call of an absence brings it back.</summary>
    public bool IsAway(string path)
    {
        if (!_gone.TryGetValue(path, out var due))
            return false;
        var now = DateTime.UtcNow;
        if (now < due)
            return true;
        if (File.Exists(path + "-wal") || File.Exists(path + "-shm"))
        {
            if (now < due + LeftoverPatience)
                return true;
            DatabaseFile.DeleteLeftovers(path);
            totals.Leftovers++;
        }

        Recreate(path);
        _gone.Remove(path);
        return false;
    }

    /// <summary>Brings back everything that is away. Called once, at the end.</summary>
    public void BringAllBack(CancellationToken stop)
    {
        while (_gone.Count > 0 && !stop.IsCancellationRequested)
        {
            foreach (var path in _gone.Keys.ToList())
                IsAway(path);
            Thread.Sleep(20);
        }
    }

    /// <summary>Deletes or replaces a database whose connection is closed. False when it is gone for good.</summary>
    public bool Depart(string path)
    {
        switch (random.Next(10))
        {
            case < 3:
                File.Delete(path);
                totals.DeletedOnlyDatabaseFile++;
                totals.Deleted++;
                _gone[path] = DateTime.UtcNow + ShortestAbsence + TimeSpan.FromSeconds(random.NextDouble() * 3);
                return true;
            case < 6:
                File.Delete(path);
                DatabaseFile.DeleteLeftovers(path);
                totals.Deleted++;
                _gone[path] = DateTime.UtcNow + TimeSpan.FromSeconds(random.NextDouble() * 2);
                return true;
            case < 9:
                DatabaseFile.DeleteLeftovers(path);
                File.Move(Template(), path, overwrite: true);
                totals.Replaced++;
                return true;
            default:
                File.Delete(path);
                DatabaseFile.DeleteLeftovers(path);
                totals.Deleted++;
                return false;
        }
    }

    /// <summary>A tenant that was never there, in the directory of another.</summary>
    public string Arrive(string directory)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var path = Path.Combine(directory, new Guid(bytes) + ".db");
        Recreate(path);
        return path;
    }

    private void Recreate(string path)
    {
        switch (random.Next(3))
        {
            case 0:
                File.Move(Template(), path, overwrite: false);
                break;
            case 1:
                File.Create(path).Dispose();
                goto default;
            default:
                DatabaseFile.Create(path, DatabaseShape.AtRandom(random));
                break;
        }

        totals.Created++;
    }

    private string Template()
    {
        var path = Path.Combine(templateDirectory, $"{random.NextInt64():x16}.template");
        DatabaseFile.Create(path, DatabaseShape.AtRandom(random));
        return path;
    }
}

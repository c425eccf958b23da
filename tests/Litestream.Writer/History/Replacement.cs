namespace Litestream.Writer.History;

/// <summary>
/// The owner of a tenant ends an incarnation and begins the next under the same name: deleted and created anew, or replaced by rename. Killed
/// anywhere in it, the next start finishes it (<see cref="Settle"/>).
/// </summary>
internal sealed class Replacement(Random random, Archive archive, string templateFolder)
{
    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(2);

    /// <summary>No connection of this process is open on <paramref name="path"/>.</summary>
    public void Run(string path, int writer)
    {
        var tenant = Path.GetFileNameWithoutExtension(path);
        string? copy = null;
        int incarnation;
        bool isEmptied;
        var kind = random.Next(4);
        using (var session = new HistorySession(path, writer, random))
        {
            incarnation = session.Incarnation;
            if (kind == 3)
                session.CopyTo(copy = NewTemplate());
            isEmptied = kind >= 2 && session.TryEmptyWal();
            archive.Write(tenant, incarnation, session.Commits());
        }

        // From here on the archive answers for the old one: whoever asks need not open it, should this process be stopped or killed now.
        using var hold = archive.Hold(tenant);
        switch (kind)
        {
            case 0:
                File.Delete(path);
                WaitForLeftovers(path);
                CreateAnew(path, incarnation + 1);
                break;
            case >= 2 when isEmptied:
                RenameOver(path, incarnation + 1, copy);
                break;
            default:
                CreateAnew(path, incarnation + 1);
                break;
        }
    }

    /// <summary>Before anything else is done with a tenant that this process owns: what a killed process began is finished.</summary>
    public void Settle(string path)
    {
        var tenant = Path.GetFileNameWithoutExtension(path);
        if (File.Exists(path) && IncarnationOf(path) is { } incarnation && !archive.Has(tenant, incarnation))
            return;
        using var hold = archive.Hold(tenant);
        CreateAnew(path, archive.Newest(tenant) + 1);
    }

    private static int? IncarnationOf(string path)
    {
        using var connection = DatabaseFile.Open(path);
        return HistoryFile.Incarnation(connection);
    }

    private static void WaitForLeftovers(string path)
    {
        for (var deadline = DateTime.UtcNow + LeftoverPatience; File.Exists(path + "-wal") && DateTime.UtcNow < deadline;)
            Thread.Sleep(20);
    }

    private void CreateAnew(string path, int incarnation)
    {
        // The database first: a WAL without its database is nothing, a database without its WAL would lack commits.
        File.Delete(path);
        DatabaseFile.DeleteLeftovers(path);
        if (random.Next(2) == 0)
            Thread.Sleep(random.Next(400));
        if (random.Next(2) == 0)
            HistoryFile.Create(path, incarnation, random);
        else
            File.Move(Template(incarnation), path, overwrite: false);
    }

    /// <summary>The WAL is empty, so that the file alone is the database at every moment.</summary>
    private void RenameOver(string path, int incarnation, string? copy)
    {
        if (copy is not null)
        {
            using var connection = DatabaseFile.Open(copy);
            connection.Run($"UPDATE label SET value = {incarnation}");
        }

        var template = copy ?? Template(incarnation);
        DatabaseFile.DeleteLeftovers(path);
        File.Move(template, path, overwrite: true);
    }

    private string Template(int incarnation)
    {
        var path = NewTemplate();
        HistoryFile.Create(path, incarnation, random);
        return path;
    }

    private string NewTemplate() => Path.Combine(templateFolder, $"{random.NextInt64():x16}.template");
}

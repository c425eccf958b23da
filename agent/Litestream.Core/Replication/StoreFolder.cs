namespace Litestream.Replication;

/// <summary>A state directory, of one store or of several below: what lies where in it, and the lock that keeps a second user out.</summary>
internal readonly record struct StoreFolder(string Path)
{
    public string Books => In("books.db");

    /// <summary>The page tables, a file for each database.</summary>
    public string Tables => In("tables");

    public string Spool => In("spool");

    /// <summary>Databases on their way: what a run of before left there is nobody's.</summary>
    public string Scratch => In("scratch");

    public string TableOf(string name) => System.IO.Path.Combine(Tables, name + ".pages");

    /// <summary>What is kept here of what a place holds.</summary>
    public string CopiesOf(int place) => System.IO.Path.Combine(Path, "copies", $"{place}");

    /// <summary>Makes it, for its owner only (it holds pieces of the users' data), and keeps others out for as long as the answer lives. Throws <see cref="LitestreamException"/>.</summary>
    public FileStream Claim()
    {
        try
        {
            CreatePrivate(Path);
            return TryLock()
                ?? throw new LitestreamException($"another agent runs with the state directory {Path}", hint: "it replicates the same; stop it, or give this one a place of its own (-state-dir, StoreOptions.StateDirectory)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot use the state directory {Path}: {e.Message}", e, "name one that this user may write (-state-dir, StoreOptions.StateDirectory)");
        }
    }

    public void CreateTables() => CreatePrivate(Tables);

    /// <summary>Null while somebody else holds it. Ends with the process, however that ends: an advisory flock.</summary>
    public FileStream? TryLock()
    {
        try
        {
            return new(In("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (Directory.Exists(Path))
        {
            return null;
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

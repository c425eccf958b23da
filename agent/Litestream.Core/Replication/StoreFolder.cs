namespace Litestream.Replication;

/// <summary>The state directory of one store: what lies where in it, and the lock that keeps a second one out.</summary>
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

    /// <summary>Makes what is missing, for its owner only: it holds copies of the users' data.</summary>
    public void Create()
    {
        CreatePrivate(Path);
        CreatePrivate(Tables);
    }

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

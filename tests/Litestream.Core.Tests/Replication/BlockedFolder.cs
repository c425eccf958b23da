namespace Litestream.Core.Tests.Replication;

/// <summary>
/// A file stands where a folder of a replica was, so every request there fails. It comes and goes in one step: a moment in which there is neither would be
/// an emptied replica.
/// </summary>
internal sealed class BlockedFolder
{
    private readonly string _folder;

    /// <param name="folder">Created when there is none.</param>
    public BlockedFolder(string folder)
    {
        (_folder, Aside) = (folder, folder + ".aside");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Aside, "");
        FileNames.Exchange(folder, Aside);
    }

    /// <summary>Where the folder is meanwhile.</summary>
    public string Aside { get; }

    public void Unblock()
    {
        FileNames.Exchange(_folder, Aside);
        File.Delete(Aside);
    }
}

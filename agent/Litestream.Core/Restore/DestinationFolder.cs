using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>
/// Whose a restored database is where none stood before. Root restores for others: what it left to itself, the application could not open, or not write.
/// So it is the folder's owner's, as everything else in there; for anybody else it is their own, as any new file.
/// </summary>
internal static class DestinationFolder
{
    /// <summary>Makes what is missing of it; each folder is the owner's of the one around it.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is not { Length: > 0 } around)
            return;
        Create(around);
        Directory.CreateDirectory(path);
        if (OwnerIn(around) is { } owner)
            _ = PosixFile.ChangeOwner(path, owner.Uid, owner.Gid);
    }

    /// <summary>Gives a new file in it to its owner.</summary>
    public static void GiveToOwner(string path, SafeFileHandle file)
    {
        if (OwnerIn(Path.GetDirectoryName(path)!) is { } owner)
            _ = PosixFile.ChangeOwner(file, owner.Uid, owner.Gid); // a file system without owners: it is as it would have been
    }

    // With the dot a symbolic link is followed to the folder.
    private static FileStat? OwnerIn(string folder) => Environment.IsPrivilegedProcess ? FileStat.Of(Path.Combine(folder, ".")) : null;
}

using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>A folder for copies of other people's data that are thrown away: nobody but this user looks into it, whatever the umask allows.</summary>
internal static class PrivateFolder
{
    private const uint TypeMask = 0xf000;
    private const uint DirectoryType = 0x4000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>With those around it that are missing, which are likewise. Throws when somebody else has made one of that name.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        // One after the other: .NET gives the mode to the last one only.
        if (Path.GetDirectoryName(path) is { Length: > 0 } around && !Directory.Exists(around))
            Create(around);
        Directory.CreateDirectory(path, OwnerOnly);
        if (FileStat.Of(path) is not { } made || (made.Mode & TypeMask) != DirectoryType || made.Uid != PosixFile.EffectiveUser())
            throw new LitestreamException($"{path}: expected a folder of our own, found one that somebody else made", hint: "remove it, and see who may write around it");
        File.SetUnixFileMode(path, OwnerOnly);
    }

    /// <summary>With all that is in it. What cannot be deleted stays.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone already, or a file system that does not let go of it.
        }
    }
}

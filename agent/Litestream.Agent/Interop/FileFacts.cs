using System.Runtime.InteropServices;

namespace Litestream.Agent.Interop;

/// <summary>What stands at a path, without opening it: closing a descriptor of a database would drop SQLite's locks on it.</summary>
internal readonly record struct FileFacts(FileKind Kind, ulong Device, ulong Inode, long SizeBytes, uint Links = 1)
{
    public bool Exists => Kind != FileKind.Missing;

    public FileId Id => new(Device, Inode);

    public bool IsSameFileAs(FileFacts other) => Exists && Kind != FileKind.Unreadable && Device == other.Device && Inode == other.Inode;

    /// <summary>A path that cannot be looked at (no permission on the way to it, a network or a daemon that does not answer) is <see cref="FileKind.Unreadable"/>.</summary>
    public static FileFacts Read(string path, bool followLinks) =>
        OperatingSystem.IsLinux() ? ReadLinux(path, followLinks) : ReadPortable(path, followLinks);

    private static unsafe FileFacts ReadLinux(string path, bool followLinks)
    {
        Libc.StatxBuffer buffer;
        if (Libc.Statx(Libc.AtWorkingDirectory, path, followLinks ? 0 : Libc.NoFollow, Libc.BasicStats, &buffer) != 0)
        {
            return Marshal.GetLastPInvokeError() is Libc.ErrorNoEntry or Libc.ErrorNotDirectory or Libc.ErrorNameTooLong or Libc.ErrorLoop
                ? default
                : new(FileKind.Unreadable, 0, 0, 0);
        }
        var kind = (buffer.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.SymbolicLink,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        return new(kind, ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode, (long)buffer.Size, buffer.Links);
    }

    /// <summary>Where there is no statx: enough to tell files from directories and links; device and inode stay unknown (0).</summary>
    private static FileFacts ReadPortable(string path, bool followLinks)
    {
        try
        {
            var attributes = File.GetAttributes(path);
            if ((attributes & FileAttributes.ReparsePoint) != 0 && !followLinks)
                return new(FileKind.SymbolicLink, 0, 0, 0);
            if ((attributes & FileAttributes.Directory) != 0)
                return new(FileKind.Directory, 0, (ulong)path.GetHashCode(StringComparison.Ordinal), 0);
            return new(FileKind.Regular, 0, (ulong)path.GetHashCode(StringComparison.Ordinal), new FileInfo(path).Length);
        }
        catch (UnauthorizedAccessException)
        {
            return new(FileKind.Unreadable, 0, 0, 0);
        }
        catch (IOException)
        {
            return default;
        }
    }
}

using System.Runtime.InteropServices;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>Where a restored database goes: what stands there already, and how the finished file takes its name.</summary>
/// <param name="Path">Absolute, no symbolic link (see <see cref="FollowLink"/>).</param>
/// <param name="MayReplace">Whether a database there may be replaced; an empty file always may.</param>
/// <param name="MayBeOpen">Whether those who have it open may go on with the old one: readers of a read replica.</param>
/// <param name="IsPrivate">Only for this user, whoever the folder is.</param>
/// <param name="Model">Whose owner and mode it gets where nothing stands; null: root gives it to the owner of the folder.</param>
internal readonly record struct Destination(string Path, bool MayReplace, bool MayBeOpen, string? Model = null, bool IsPrivate = false)
{
    private const uint SymbolicLink = 0xa000;
    private const uint TypeMask = 0xf000;
    private const uint PermissionMask = 0xfff;
    private const uint OwnerReadsAndWrites = 0x180;
    private const int MostLinks = 40; // as Linux

    private bool HoldsSomething => FileStat.Of(Path) is { SizeBytes: > 0 };

    /// <summary>What people are told; <see cref="Path"/> may go by a descriptor.</summary>
    public string Name { get; init; } = Path;

    public static Destination Of(RestoreOptions options)
    {
        var destination = new Destination(FollowOwnLink(options.OutputPath), options.Force, options.AsReadReplica, options.ModelPath, options.IsPrivate);
        return options.HeldFolder is { } held
            ? destination with { Path = System.IO.Path.Combine(held, System.IO.Path.GetFileName(options.OutputPath)), Name = options.OutputPath }
            : destination;
    }

    /// <summary>A symbolic link stays one: what it leads to is written. SQLite, too, keeps <c>-wal</c> and <c>-journal</c> beside that.</summary>
    public static string FollowLink(string path)
    {
        if (FileStat.Of(path) is not { } stat || (stat.Mode & TypeMask) != SymbolicLink)
            return path;
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException e)
        {
            throw new LitestreamException($"restore to {path}: a symbolic link that leads nowhere: {e.Message}", e, "choose another output");
        }
    }

    /// <summary>
    /// The same for what a person has restored: root does not write through a link of somebody who could not write there. Whoever made the link is this user,
    /// root, or the owner of what it leads to (of the folder, where nothing is there yet).
    /// </summary>
    public static string FollowOwnLink(string path)
    {
        var name = path;
        for (var links = 0; FileStat.Of(path) is { } stat && (stat.Mode & TypeMask) == SymbolicLink && links < MostLinks; links++)
        {
            if (File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName is not { } target)
                break;
            var led = FileStat.Of(target) ?? FileStat.Of(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(target) ?? "/", "."));
            if (stat.Uid != PosixFile.EffectiveUser() && stat.Uid != 0 && led is { } there && there.Uid != stat.Uid)
                throw new LitestreamException($"restore to {name}: user {stat.Uid} made {path} a symbolic link to {target}, which is not theirs", hint: $"if that is meant, name {target} itself");
            path = target;
        }
        return FollowLink(path);
    }

    /// <summary>Throws when something is there that may not be replaced, before anything is fetched.</summary>
    public void RefuseWhatStands()
    {
        if (Directory.Exists(Path))
            throw new LitestreamException($"restore to {Name}: expected a file, found a directory", hint: "name a file in it");
        // Renaming over it would remove it for everybody: as root even /dev/null.
        if (FileStat.Of(Path) is { IsRegular: false })
            throw new LitestreamException($"restore to {Name}: expected a file, found a device, a pipe or a socket",
                hint: "choose another output; `litestream verify` reads a replica without writing");
        if (new Sidecars(Path).FirstThatIsNoFile is { } inTheWay)
            throw new LitestreamException($"restore to {Name}: {inTheWay} is no file, and SQLite could not open the database beside it", hint: $"remove {inTheWay}, or choose another output");
        if (!HoldsSomething)
        {
            if (!MayBeOpen && EmptyFile.IsOpen(Path))
                throw new LitestreamException($"restore to {Name}: a program has this empty file open, and would write to what is replaced", hint: "stop it first, or choose another output");
            return;
        }
        if (!MayReplace)
            throw Exists();
        if (!MayBeOpen && FileStat.Of(Path) is { } stat && ThisProcess.HasOpen(stat))
        {
            throw new LitestreamException($"restore to {Name}: this program has this database open, and would go on with the file that is replaced",
                hint: "close its connections first, pooled ones too (SqliteConnection.ClearAllPools) and the store's, or choose another output");
        }
        if (!MayBeOpen && IsOpenElsewhere())
        {
            throw new LitestreamException($"restore to {Name}: another program has this database open, and would go on with the file that is replaced",
                hint: "stop it first (an agent lets go of a database some time after its last write), or choose another output");
        }
    }

    /// <summary>
    /// The finished file looks to others like the one it replaces: who could not read that must not read this, who wrote to it still can. Where nothing stood it
    /// is the <see cref="DestinationFolder"/>'s owner's.
    /// </summary>
    /// <param name="part">The file being written.</param>
    /// <param name="isFinished">Until it is, we must be able to open it again.</param>
    public void CopyPermissions(SafeFileHandle part, bool isFinished)
    {
        if (IsPrivate)
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return;
        }
        var model = FileStat.Of(Path) ?? (Model is null ? null : FileStat.Of(Model));
        if (model is null)
            DestinationFolder.GiveToOwner(Path, part);
        if (model is not { IsRegular: true } stat)
            return;
        _ = PosixFile.ChangeOwner(part, stat.Uid, stat.Gid); // only root may give files away; else it is as it would have been
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, (UnixFileMode)((stat.Mode & PermissionMask) | (isFinished ? 0 : OwnerReadsAndWrites)));
    }

    /// <summary>Gives the finished file its name.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public void Take(string partPath, DateTimeOffset now, ILogger logger)
    {
        RefuseWhatStands(); // it was looked at before everything was fetched, which may be hours ago
        var sidecars = new Sidecars(Path);
        if (MayReplace && HoldsSomething)
        {
            // Before the rename: the new database beside the old one's WAL would be corrupt at its first use.
            sidecars.Delete();
            File.Move(partPath, Path, overwrite: true);
            return;
        }
        sidecars.MoveAside(now, logger);
        EmptyFile.Remove(Path, MayBeOpen);
        var error = PosixFile.MoveIfAbsent(partPath, Path);
        if (error == PosixFile.Exists)
            throw Exists();
        if (error != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>A system call failed. No <see cref="StorageException"/>: the replica is not at fault, and no other plan would help.</summary>
    /// <param name="error">What .NET made of it.</param>
    /// <param name="sizeBytes">Of the database.</param>
    public LitestreamException Failed(Exception error, long sizeBytes) => error.HResult switch
    {
        PosixFile.WouldBlock => new($"restore to {Name}: another restore is writing {Name}.part", error, "wait for it, or choose another output"),
        PosixFile.NoSpace or PosixFile.QuotaExceeded => new(
            $"restore to {Name}: {error.Message}", error, $"the database has {sizeBytes} bytes: free space there, or choose another output"),
        _ => new($"restore to {Name}: {error.Message}", error, "choose another output, or make its folder writable for you"),
    };

    /// <summary>Asked through SQLite, as a descriptor of our own would drop the locks of whoever in this process has it open.</summary>
    private bool IsOpenElsewhere()
    {
        if (FileStat.Of(Path) is not { } stat)
            return false;
        try
        {
            using var connection = EngineConnection.Open(Path);
            return connection.IsOpenElsewhere(stat) == true;
        }
        catch (SqliteErrorException)
        {
            return false; // no database, or none that we may open: then it cannot be told
        }
    }

    private LitestreamException Exists() => new($"restore to {Name}: the file exists", hint: "choose another output, or replace it with -force");
}

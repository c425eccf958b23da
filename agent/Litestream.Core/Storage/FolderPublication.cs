using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Gives a staged file its name in a folder replica: durable, whole or not at all, and never in place of another.</summary>
internal static class FolderPublication
{
    private const string TemporaryMark = ".tmp-";

    /// <summary>A copy that a crash cut short, by its name.</summary>
    public static bool IsTemporary(ReadOnlySpan<char> name) =>
        name.IndexOf(TemporaryMark, StringComparison.Ordinal) is >= 0 and var end && LtxFile.TryParseName(name[..end], out _, out _);

    /// <summary>False, with nothing changed, when the name is taken by another file.</summary>
    /// <param name="stagedPath">The complete file.</param>
    /// <param name="finalPath">The name it gets.</param>
    /// <param name="createdAt">Its time from then on.</param>
    /// <param name="begins">A complete image, which may be the first file: anything else needs the replica that it continues.</param>
    public static bool Publish(string stagedPath, string finalPath, DateTimeOffset createdAt, bool begins)
    {
        try
        {
            Seal(stagedPath, createdAt);
            var error = PosixFile.Link(stagedPath, finalPath);
            if (error == PosixFile.NoEntry)
            {
                CreateDirectory(Path.GetDirectoryName(finalPath)!, begins);
                error = PosixFile.Link(stagedPath, finalPath);
            }
            if (error == PosixFile.Exists && PosixFile.IsSameFile(stagedPath, finalPath))
                error = 0; // an earlier call of ours whose end we did not see; its name may not be durable yet
            if (CannotShareAnInode(error))
                error = PublishCopy(stagedPath, finalPath, createdAt);
            if (error == PosixFile.Exists)
                return false;
            if (error == 0)
                error = PosixFile.FlushDirectory(Path.GetDirectoryName(finalPath)!);
            return error == 0 ? true : throw FolderFault.Of($"publish {stagedPath} as", finalPath, error);
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of($"publish {stagedPath} as", finalPath, e);
        }
    }

    /// <summary>Deletes what copies that a crash cut short left behind, up to a transaction whose own file is no longer wanted.</summary>
    public static void DeleteLeftovers(string directory, Txid upTo)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory, $"*{TemporaryMark}*"))
            {
                var name = Path.GetFileName(path.AsSpan());
                var end = name.IndexOf(TemporaryMark, StringComparison.Ordinal);
                if (LtxFile.TryParseName(name[..end], out _, out var max) && max <= upTo)
                    File.Delete(path);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // no file was ever published to this level
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("clean up", directory, e);
        }
    }

    /// <summary>Removes a folder in which nothing is left. False when something is.</summary>
    public static bool TryRemoveEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            return false;
        }
    }

    /// <summary>Content first, name second: a name must never show bytes that a power cut could take back.</summary>
    private static void Seal(string path, DateTimeOffset createdAt)
    {
        // Before the flush and before the name, as a reader goes by this time from the first moment on.
        File.SetLastWriteTimeUtc(path, createdAt.UtcDateTime);
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Another file system, or one without hard links, or a system that forbids them to us: then the bytes are written twice.</summary>
    private static bool CannotShareAnInode(int error) => error is PosixFile.OtherFileSystem or PosixFile.NotPermitted
        or PosixFile.TooManyLinks or PosixFile.NotSupported or PosixFile.NotImplemented;

    private static int PublishCopy(string stagedPath, string finalPath, DateTimeOffset createdAt)
    {
        if (File.Exists(finalPath))
            return PosixFile.Exists; // spares the copy; the move below decides
        var temporaryPath = finalPath + TemporaryMark + Path.GetRandomFileName();
        try
        {
            File.Copy(stagedPath, temporaryPath, overwrite: false);
            Seal(temporaryPath, createdAt);
            return PosixFile.MoveIfAbsent(temporaryPath, finalPath);
        }
        finally
        {
            File.Delete(temporaryPath); // gone already when the move worked
        }
    }

    /// <summary>Creates a directory and, for the first file, what is missing above it; each new name is flushed once, in its parent.</summary>
    private static void CreateDirectory(string path, bool withParents)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path)!;
        if (!withParents && !Directory.Exists(parent))
            throw new StorageException($"publish to {path}: the replica's folder {parent} is gone", StorageFault.Missing);
        CreateDirectory(parent, withParents);
        Directory.CreateDirectory(path);
        var error = PosixFile.FlushDirectory(parent);
        if (error != 0)
            throw FolderFault.Of("create", path, error);
    }
}

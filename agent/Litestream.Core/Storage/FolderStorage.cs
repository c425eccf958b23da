using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>
/// The LTX files of one database in a folder, as genuine Litestream lays them out: <c>ltx/&lt;level&gt;/&lt;min&gt;-&lt;max&gt;.ltx</c>.
/// A file's time is its modification time. Keeps no descriptor between calls, so ten thousand idle replicas cost none.
/// </summary>
internal sealed class FolderStorage : IReplicaStorage
{
    private const int SequentialBufferBytes = 64 * 1024;

    private readonly string _folder;

    /// <param name="folder">Absolute folder of this database's replica; created by the first publish.</param>
    /// <param name="url">The same as URL.</param>
    public FolderStorage(string folder, string url)
    {
        _folder = folder;
        Url = url;
    }

    public string Kind => "file";

    public string Url { get; }

    public async IAsyncEnumerable<LtxFile> ListAsync(int level, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = LevelDirectory(level);
        foreach (var file in await FolderListing.ReadAsync(directory, () => List(directory, level), cancellationToken).ConfigureAwait(false))
            yield return file;
    }

    public async IAsyncEnumerable<LtxFile> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var level = 0; level <= LtxFile.SnapshotLevel; level++)
        {
            await foreach (var file in ListAsync(level, cancellationToken).ConfigureAwait(false))
                yield return file;
        }
    }

    public async Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var path = PathOf(file);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var wanted = buffer.Length;
            while (buffer.Length > 0)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw TooShort(path, offset + buffer.Length, wanted, RandomAccess.GetLength(handle));
                (buffer, offset) = (buffer[read..], offset + read);
            }
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("read", path, e);
        }
    }

    public Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(file);
        try
        {
            return Task.FromResult<Stream>(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = SequentialBufferBytes,
                Options = FileOptions.SequentialScan,
            }));
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("open", path, e);
        }
    }

    /// <summary>Waits for the disk on the caller's thread: that of an upload is there for it, and another one would only be woken for each file.</summary>
    public Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(FolderPublication.Publish(stagedPath, PathOf(file), file.CreatedAt, file.IsImage));
    }

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (var file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Delete(PathOf(file));
            }
            foreach (var level in files.GroupBy(f => f.Level))
                FolderPublication.DeleteLeftovers(LevelDirectory(level.Key), level.Max(f => f.MaxTxid));
        },
        cancellationToken);

    private static List<LtxFile> List(string directory, int level)
    {
        var names = new FileSystemEnumerable<LtxFile>(directory, (ref FileSystemEntry entry) => Describe(level, ref entry), FolderListing.Directly)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                LtxFile.TryParseName(entry.FileName, out _, out _) && !entry.IsDirectory,
        };
        var files = names.ToList();
        files.Sort((left, right) => (left.MinTxid, left.MaxTxid).CompareTo((right.MinTxid, right.MaxTxid)));
        return files;
    }

    private static LtxFile Describe(int level, ref FileSystemEntry entry)
    {
        _ = LtxFile.TryParseName(entry.FileName, out var min, out var max);
        var milliseconds = entry.LastWriteTimeUtc.ToUnixTimeMilliseconds(); // a clock finer than the format's is cut, not rounded up
        return new(level, min, max, entry.Length, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // gone already, with all of its level
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("delete", path, e);
        }
    }

    private static StorageException TooShort(string path, long end, int wanted, long length) =>
        StorageException.OfCut($"read {path}: expected {wanted} bytes up to byte {end}, found a file of {length} bytes");

    private string PathOf(LtxFile file) => Path.Join(LevelDirectory(file.Level), file.Name);

    private string LevelDirectory(int level) => Path.Join(_folder, "ltx", level.ToString(CultureInfo.InvariantCulture));
}

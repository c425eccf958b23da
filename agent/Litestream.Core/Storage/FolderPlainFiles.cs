using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Litestream.Storage;

/// <summary>Foreign files in a folder replica; their time is their modification time.</summary>
/// <param name="root">Absolute folder of a database's replica.</param>
internal sealed class FolderPlainFiles(string root) : IPlainFiles
{
    public async IAsyncEnumerable<PlainFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var below = new DirectoryInfo(Path.Join(root, folder));
        foreach (var file in await FolderListing.ReadAsync(below.FullName, () => below.EnumerateFiles("*", FolderListing.AtAnyDepth).Select(Describe), cancellationToken).ConfigureAwait(false))
            yield return file;
    }

    public Task<Stream> OpenAsync(PlainFile file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream>(File.OpenRead(file.FullName));
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("open", file.FullName, e);
        }
    }

    public Task<string> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Join(root, name);
        var temporary = $"{path}.tmp-{Environment.ProcessId}";
        try
        {
            // Beside a replica, not instead of one: a tenant without one gets none by this.
            if (!Directory.Exists(root))
                throw new DirectoryNotFoundException($"there is no folder {root}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, content.Span, 0);
                RandomAccess.FlushToDisk(file);
            }
            var error = PosixFile.MoveIfAbsent(temporary, path);
            if (error != 0)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            _ = PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
            return Task.FromResult($"{FolderRoot.Scheme}{path}");
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            Discard(temporary);
            throw FolderFault.Of("create", path, e);
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            // Nor can it be removed: what is said is why it could not be made.
        }
    }

    private PlainFile Describe(FileInfo file) =>
        new(Path.GetRelativePath(root, file.FullName), file.FullName, file.Length, new(file.LastWriteTimeUtc, TimeSpan.Zero));
}

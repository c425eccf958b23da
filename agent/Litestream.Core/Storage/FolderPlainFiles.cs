using System.Runtime.CompilerServices;

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

    private PlainFile Describe(FileInfo file) =>
        new(Path.GetRelativePath(root, file.FullName), file.FullName, file.Length, new(file.LastWriteTimeUtc, TimeSpan.Zero));
}

using System.Runtime.CompilerServices;

namespace Litestream.Storage;

/// <summary>Foreign files in a folder replica; their time is their modification time.</summary>
/// <param name="root">Absolute folder of a database's replica.</param>
internal sealed class FolderPlainFiles(string root) : IPlainFiles
{
    private static readonly EnumerationOptions Everything = new() { IgnoreInaccessible = false, AttributesToSkip = 0, RecurseSubdirectories = true };

    public async IAsyncEnumerable<PlainFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in await Task.Run(() => List(folder), cancellationToken).ConfigureAwait(false))
            yield return file;
    }

    public Stream Open(PlainFile file)
    {
        try
        {
            return File.OpenRead(file.FullName);
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of($"open {file.FullName}", e);
        }
    }

    private List<PlainFile> List(string folder)
    {
        var below = Path.Join(root, folder);
        try
        {
            return [.. new DirectoryInfo(below).EnumerateFiles("*", Everything).Select(Describe)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of($"list {below}", e);
        }
    }

    private PlainFile Describe(FileInfo file) =>
        new(Path.GetRelativePath(root, file.FullName), file.FullName, new(file.LastWriteTimeUtc, TimeSpan.Zero));
}

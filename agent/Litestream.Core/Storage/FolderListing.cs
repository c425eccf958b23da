namespace Litestream.Storage;

/// <summary>What a folder of a replica holds. None when there is no such folder; but one that may not be read, or has a file in its way, is an error.</summary>
internal static class FolderListing
{
    /// <summary>A folder that may not be listed must not be taken for an empty one: the replica would seem to end early.</summary>
    public static readonly EnumerationOptions Directly = new() { IgnoreInaccessible = false, AttributesToSkip = 0 };

    /// <summary>The same at any depth.</summary>
    public static readonly EnumerationOptions AtAnyDepth = new() { IgnoreInaccessible = false, AttributesToSkip = 0, RecurseSubdirectories = true };

    /// <summary>Reads a folder on a thread of the pool: thousands of names on a slow disk must not hold the caller's.</summary>
    public static Task<List<T>> ReadAsync<T>(string folder, Func<IEnumerable<T>> entries, CancellationToken cancellationToken) =>
        Task.Run(() => Read(folder, entries), cancellationToken);

    private static List<T> Read<T>(string folder, Func<IEnumerable<T>> entries)
    {
        try
        {
            return [.. entries()];
        }
        catch (DirectoryNotFoundException) when (!FolderFault.StandsOnFile(folder))
        {
            return [];
        }
        catch (Exception e) when (FolderFault.IsFileError(e))
        {
            throw FolderFault.Of("list", folder, e);
        }
    }
}

using Litestream.Sqlite;

namespace Litestream.Restore;

/// <summary>A state in a file of its own, proven, for a while; its folder goes with it.</summary>
internal sealed class RestoredAside : IDisposable
{
    private readonly string _folder;

    private RestoredAside(string folder, string path, RestoreResult result) => (_folder, Path, Result) = (folder, path, result);

    public string Path { get; }

    public RestoreResult Result { get; }

    /// <param name="restorer">From where.</param>
    /// <param name="folder">Nobody else's. Made, and gone in the end, whatever happens.</param>
    /// <param name="optionsFor">What to restore, into the file that is named.</param>
    /// <param name="progress">Told as any restore tells it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RestoredAside> FetchAsync(
        Restorer restorer, string folder, Func<string, RestoreOptions> optionsFor, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        PrivateFolder.Create(folder);
        try
        {
            var path = System.IO.Path.Combine(folder, "restored.db");
            return new(folder, path, await restorer.RunAsync(optionsFor(path) with { IsPrivate = true }, progress, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            PrivateFolder.TryDelete(folder);
            throw;
        }
    }

    /// <summary>It has no WAL, so its first bytes are its header.</summary>
    public DatabaseShape Shape()
    {
        var header = new byte[DatabaseHeader.SizeBytes];
        using (var file = File.OpenHandle(Path))
            _ = RandomAccess.Read(file, header, 0);
        return DatabaseShape.Of(header);
    }

    /// <summary>Says nothing of what stays, which would hide what came of the restore: it goes at the next start.</summary>
    public void Dispose() => PrivateFolder.TryDelete(_folder);
}

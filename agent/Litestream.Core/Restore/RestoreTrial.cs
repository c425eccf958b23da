using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Restore;

/// <summary>A restore that is made to see whether it can be: aside, proven, looked at, thrown away. What a drill is, wherever it is made.</summary>
/// <param name="Result">What came back; null when it did not.</param>
/// <param name="Trouble">Why not: the replica does not hold what was captured. Names the damaged file, and the page if that can be known.</param>
internal sealed record RestoreTrial(RestoreResult? Result, LitestreamException? Trouble)
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>Throws <see cref="LitestreamException"/> for what says nothing of the backup: a replica that does not answer, a moment that it never had, no room here.</summary>
    /// <param name="restorer">From where.</param>
    /// <param name="folder">Nobody else's. Made, and gone in the end, whatever happens.</param>
    /// <param name="optionsFor">What to restore, into the file that is named.</param>
    /// <param name="restored">Called while it lies there.</param>
    /// <param name="progress">Told as any restore tells it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RestoreTrial> RunAsync(
        Restorer restorer, string folder, Func<string, RestoreOptions> optionsFor, Action? restored, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            using var aside = await RestoredAside.FetchAsync(restorer, folder, optionsFor, progress, cancellationToken).ConfigureAwait(false);
            restored?.Invoke();
            return new(aside.Result, null);
        }
        catch (LitestreamException e) when (IsOfTheReplica(e))
        {
            return new(null, e);
        }
    }

    /// <summary>A disk that is full here is nobody's damage there, nor is what this SQLite does not know: only that it finds no database, or a broken one.</summary>
    private static bool IsOfTheReplica(LitestreamException e) => e switch
    {
        StorageException storage => storage.IsMissing,
        NoSuchPointException => false,
        _ => e.InnerException is not (IOException or UnauthorizedAccessException or SqliteException { SqliteErrorCode: not (Corrupt or NotADatabase) }),
    };
}

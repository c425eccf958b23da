using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Contract.Drills;

/// <summary>
/// Which page of which file: a restore stops at the first thing that is wrong, and a small file is wrong as a whole for it. Who reads the replica from beginning to
/// end, and compares what the levels make of it, often knows the page.
/// </summary>
internal static class DamageReport
{
    private const int MostShown = 5;

    /// <summary>Longer nobody waits for a page's number: the drill's verdict stands.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Null when nothing more can be said.</summary>
    public static async Task<string?> OfAsync(IReplicaStorage storage, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            var report = await new ReplicaVerifier(storage).RunAsync(progress: null, limit.Token);
            var known = report.Damage.Where(d => d.Pgno is not null).Take(MostShown).Select(d => $"page {d.Pgno} of {d.File.Name} (level {d.File.Level})").ToList();
            return known.Count == 0 ? null : $"damaged: {string.Join(", ", known)}";
        }
        catch (Exception nothing) when (nothing is LitestreamException || (nothing is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}

using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Of several replicas the one that goes furthest towards the state that is wanted, of a dated one the newest day that has it.</summary>
internal sealed class NewestReplica(AgentEnvironment environment, TimeProvider time, ILogger log)
{
    private readonly List<(string Url, StorageException Error)> _away = [];

    /// <summary>Replicas that did not answer while others did: what they hold may be newer.</summary>
    public IReadOnlyList<(string Url, StorageException Error)> Away => _away;

    /// <summary>
    /// The root of one database's replica, to be disposed of; where there is no backup anywhere, the first one. Throws when nothing is found and one that
    /// may have it does not answer: nobody knows then that there is no backup.
    /// </summary>
    /// <param name="replicas">Of one database.</param>
    /// <param name="wanted">The state.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<ReplicaRoot> OpenAsync(IReadOnlyList<ReplicaEntry> replicas, RestoreOptions wanted, CancellationToken stop)
    {
        if (replicas is [{ Location.IsDated: false } only])
            return only.Open(environment, time, log);
        ReplicaRoot? best = null;
        var (furthest, away) = ((Txid.None, HasFiles: false), new List<(string Url, StorageException Error)>());
        foreach (var replica in replicas)
        {
            try
            {
                var (root, reach) = await OfAsync(replica, wanted, stop);
                if (best is not null && reach.CompareTo(furthest) <= 0)
                    root.Dispose();
                else
                {
                    best?.Dispose();
                    (best, furthest) = (root, reach);
                }
            }
            catch (StorageException error)
            {
                // One place that is away is what the others are for.
                away.Add((replica.Location.ToString(), error));
            }
        }
        if (best is null || (away.Count > 0 && furthest.Item1.IsNone))
        {
            best?.Dispose();
            throw away[0].Error;
        }
        _away.AddRange(away);
        return best;
    }

    /// <summary>Says which replicas were not looked into.</summary>
    public void Tell()
    {
        foreach (var (url, error) in Away)
            log.ReplicaNotLookedInto(url, error.Message);
    }

    /// <summary>The transaction that a restore from it would end at, none when it cannot have what is wanted.</summary>
    private async Task<(ReplicaRoot Root, (Txid Txid, bool HasFiles) Reach)> OfAsync(ReplicaEntry replica, RestoreOptions wanted, CancellationToken stop)
    {
        var root = await OpenDayAsync(replica, wanted.Timestamp, stop);
        try
        {
            return (root, ((await new Restorer(root.Open(""), time, log).PlanAsync(wanted, stop)).Txid, true));
        }
        catch (LitestreamException error) when (error is not StorageException or StorageException { IsMissing: true })
        {
            return (root, (Txid.None, error is not StorageException));
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    private async Task<ReplicaRoot> OpenDayAsync(ReplicaEntry replica, DateTimeOffset? before, CancellationToken stop)
    {
        var root = replica.Open(environment, time, log);
        if (root.Days is null)
            return root;
        using (root)
        {
            var day = await root.FindNewestDayAsync("", after: null, before, stop);
            return replica.On(day ?? DateOnly.FromDateTime(time.GetLocalNow().DateTime)).Open(environment, time, log);
        }
    }
}

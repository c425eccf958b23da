using System.Collections.Concurrent;

namespace Litestream.Agent.Reporting;

/// <summary>
/// The hosts as which this state folder reported before, on other machines or by other names. One that is gone leaves its tenants to this host: the disk was moved. One that lives shows that
/// the folder is a copy of its, for ever, and they are not.
/// </summary>
/// <param name="ids">What they were called.</param>
/// <param name="watch">Sees them.</param>
/// <param name="forget">Told once of each that lives: no later start may take it for gone.</param>
internal sealed class FormerHosts(IEnumerable<string> ids, HostWatch watch, Action<string> forget)
{
    private readonly ConcurrentDictionary<string, bool> _ids = new(ids.Select(id => KeyValuePair.Create(id, true)), StringComparer.Ordinal);

    public HostWatch Watch => watch;

    /// <summary>It is one of them, and was not seen to live.</summary>
    public bool Include(string host) => _ids.ContainsKey(host);

    /// <param name="host">One that was included.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HostSeen> LookAsync(string host, CancellationToken cancellationToken)
    {
        if (!Include(host))
            return HostSeen.Alive;
        var seen = await watch.LookAsync(host, cancellationToken);
        if (seen == HostSeen.Alive && _ids.TryRemove(host, out _))
            forget(host);
        return seen;
    }
}

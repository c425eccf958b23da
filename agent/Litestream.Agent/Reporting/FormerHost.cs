namespace Litestream.Agent.Reporting;

/// <summary>
/// The host as which this state folder reported on another machine. Gone, its tenants are this host's: the disk was moved. Alive, the folder is a copy, for ever, and they are
/// not.
/// </summary>
/// <param name="id">What it was called.</param>
/// <param name="watch">Sees it.</param>
/// <param name="forget">Told once when it lives: no later start may take it for gone.</param>
internal sealed class FormerHost(string id, HostWatch watch, Action forget)
{
    private int _lives;

    public HostWatch Watch => watch;

    /// <summary>Null when it lives.</summary>
    public string? Id => Volatile.Read(ref _lives) == 0 ? id : null;

    public async Task<HostSeen> LookAsync(CancellationToken cancellationToken)
    {
        if (Id is null)
            return HostSeen.Alive;
        var seen = await watch.LookAsync(id, cancellationToken);
        if (seen == HostSeen.Alive && Interlocked.Exchange(ref _lives, 1) == 0)
            forget();
        return seen;
    }
}

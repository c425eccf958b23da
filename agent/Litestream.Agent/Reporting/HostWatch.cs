using System.Collections.Concurrent;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Whether another host lives, by what this agent saw itself of its heartbeats: clocks of hosts differ, and are not compared. A few hosts, each remembered since its first look.
/// Safe from any thread.
/// </summary>
internal sealed class HostWatch(FleetTableClient table, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, long SeenAt, bool HasBeaten)> _seen = new(StringComparer.Ordinal);

    /// <summary>One read. Throws <see cref="FleetTableException"/> when the table is away.</summary>
    public async Task<HostSeen> LookAsync(string host, CancellationToken cancellationToken)
    {
        if (await FindAsync(host, cancellationToken) is not { } digest)
            return HostSeen.Gone;
        var now = time.GetTimestamp();
        var seen = _seen.AddOrUpdate(host, _ => (digest.At, now, false), (_, before) => before.At == digest.At ? before : (digest.At, now, true));
        var isSilent = time.GetElapsedTime(seen.SeenAt, now) > TimeSpan.FromSeconds(digest.IntervalSeconds) * HeartbeatLease.Intervals;
        // One that stopped in order may start again, and whoever was cloned of it must not have been quicker.
        return isSilent ? HostSeen.Gone : seen.HasBeaten ? HostSeen.Alive : HostSeen.Undecided;
    }

    /// <summary>Null: the table knows no such host.</summary>
    public async Task<HostDigest?> FindAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await table.FindAsync(FleetKeys.Host(host), cancellationToken) is { } item ? HostDigestItem.Read(item) : null;
        }
        catch (MalformedItemException malformed)
        {
            throw new FleetTableException(TableFault.Invalid, malformed.Message, malformed);
        }
    }
}

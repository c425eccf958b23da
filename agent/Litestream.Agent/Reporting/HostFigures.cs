using Litestream.Agent.Watching;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Reporting;

/// <summary>What one look at this host sees.</summary>
/// <param name="Databases">Each as it is now; walked once.</param>
/// <param name="Hot">With open connections.</param>
/// <param name="DirtyBytes">Captured and not in every replica.</param>
/// <param name="Requests">To replicas since the start, by operation.</param>
/// <param name="Disk">Free and all bytes of the watched file system with the least room; null when unknown.</param>
internal sealed record HostFigures(
    IEnumerable<DatabaseSnapshot> Databases, int Hot, long DirtyBytes, IReadOnlyDictionary<string, long> Requests, (long FreeBytes, long Bytes)? Disk)
{
    public static HostFigures Of(Stores stores, Registration registration) =>
        new(stores.Databases.Select(d => d.Snapshot()), stores.HotCount, stores.SpoolBytes, stores.Requests, TightestDisk(registration.Directories));

    /// <summary>A digest, but for what is counted of the databases (<see cref="DigestCount"/>).</summary>
    public HostDigest Digest(string hostId, DateTimeOffset startedAt, TimeSpan interval, DateTimeOffset now) => new()
    {
        HostId = hostId,
        State = HostStates.Running,
        At = now,
        StartedAt = startedAt,
        IntervalSeconds = interval.TotalSeconds,
        Version = ProgramVersion.Text,
        Hot = Hot,
        DirtyBytes = DirtyBytes,
        DiskFreeBytes = Disk?.FreeBytes,
        DiskBytes = Disk?.Bytes,
        PutRequests = Requests.GetValueOrDefault("PUT"),
        GetRequests = Requests.GetValueOrDefault("GET"),
        ListRequests = Requests.GetValueOrDefault("LIST"),
        DeleteRequests = Requests.GetValueOrDefault("DELETE"),
    };

    /// <summary>Of those that were named: what is found below them is theirs.</summary>
    private static (long FreeBytes, long Bytes)? TightestDisk(IEnumerable<WatchedDirectory> directories)
    {
        (long FreeBytes, long Bytes)? tightest = null;
        foreach (var directory in directories.Where(d => !d.IsFound))
        {
            try
            {
                var disk = new DriveInfo(directory.Path);
                if (tightest is null || disk.AvailableFreeSpace < tightest.Value.FreeBytes)
                    tightest = (disk.AvailableFreeSpace, disk.TotalSize);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It is gone, or not mounted; the directory's own state says so.
            }
        }
        return tightest;
    }
}

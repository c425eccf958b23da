using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>Memory and disk of the agents, within what they may have.</summary>
internal sealed class Usage(ChaosSite site)
{
    private const long MemoryCap = 400L << 20;

    /// <summary>What may wait for the replica (<c>-spool-cap</c>), and as much again for what is being merged.</summary>
    private long StateCap => (1000L + (4 * site.Options.HugeMegabytes)) << 20;

    public void Look()
    {
        (site.Totals.MemoryCap, site.Totals.StateCap) = (MemoryCap, StateCap);
        foreach (var host in site.Hosts)
        {
            if (host.Agent is { } agent)
                Compare(host, "memory", site.Totals.MostMemory = Math.Max(site.Totals.MostMemory, agent.MemoryBytes), MemoryCap);
            Compare(host, "state", site.Totals.MostState = Math.Max(site.Totals.MostState, SizeOf(host.State)), StateCap);
        }
    }

    private void Compare(ChaosHost host, string what, long bytes, long cap)
    {
        if (bytes > cap)
            site.Find(Finding.OverCap, $"{what} of {host.Name}: {bytes} bytes, more than {cap}");
    }

    private static long SizeOf(string folder)
    {
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true }))
        {
            if (file.Name != "ballast")
                bytes += file.Exists ? file.Length : 0;
        }
        return bytes;
    }
}

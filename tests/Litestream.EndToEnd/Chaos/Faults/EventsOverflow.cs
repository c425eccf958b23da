using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>More happens in a directory than the kernel keeps for a reader that is stalled; a tenant among it is found all the same.</summary>
internal sealed class EventsOverflow() : Fault("events overflowed", weight: 1)
{
    /// <summary>Of a queue, unless somebody set it otherwise. Each file is three and more.</summary>
    private const int Events = 16_384;

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        if (host.Agent is not { } agent)
            return;
        agent.Send(Signal.Stop);
        SideTenant? side = null;
        try
        {
            for (var i = 0; i < Events / 2; i++)
            {
                var path = Path.Combine(host.Folder, $"{i}.tmp");
                File.WriteAllBytes(path, []);
                File.Delete(path);
            }
            side = await SideTenant.CreateAsync(site, host);
        }
        finally
        {
            agent.Send(Signal.Continue);
        }
        await side.IsBackedUpAsync();
        await side.DisposeAsync();
    }
}

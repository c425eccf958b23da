using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>The fleet's table fails, hangs, throttles or loses its answers: replication must not notice.</summary>
internal sealed class TableSpoiled() : Fault("table spoiled", weight: 2)
{
    private static readonly TableServerFault[] Kinds =
        [TableServerFault.Hang, TableServerFault.Throttle, TableServerFault.InternalError, TableServerFault.Reset, TableServerFault.LoseReply, TableServerFault.Denied, TableServerFault.Page];

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["table"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        site.Table.Spoil(kind);
        await ForAsync(random, 1000, 12_000);
        site.Table.Mend();
    }
}

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>What the proxy does for a while to everything between agents and store.</summary>
internal sealed class StoreSpoiled(string name, string how) : Fault(name, weight: 1)
{
    /// <summary>Multi-part images are spoiled by what resets after so many bytes.</summary>
    public static IEnumerable<Fault> All =>
    [
        new StoreSpoiled("store slow", """{"latencyMs":100,"jitterMs":200,"bytesPerSec":200000}"""),
        new StoreSpoiled("store throttling", """{"slowdownP":0.4}"""),
        new StoreSpoiled("connections reset", """{"resetP":0.25,"resetAfterBytesUp":30000}"""),
        new StoreSpoiled("answers cut", """{"cutAfterBytesDown":300}"""),
        new StoreSpoiled("replies lost", """{"loseReplyP":0.4}"""),
        new StoreSpoiled("store away", """{"down":true,"resetP":1}"""),
        new StoreSpoiled("all of it", """{"latencyMs":5,"jitterMs":20,"slowdownP":0.05,"resetP":0.05,"loseReplyP":0.1}"""),
    ];

    public override string? Missing(ChaosSite site) => site.Store.Proxy is null ? "faults of the store's connections (no node)" : null;

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await site.Store.Proxy!.SetAsync(how);
        await ForAsync(random, 1000, 10_000);
        await site.Store.Proxy.SetAsync("{}");
    }
}

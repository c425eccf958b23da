using System.Diagnostics;
using Litestream.EndToEnd.Fleet;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Chaos;

/// <summary>The fleet's table, and whether it serves.</summary>
internal sealed class ChaosTable : IAsyncDisposable
{
    /// <summary>Who was refused a moment ago may wait before it asks again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly TableServer _server;
    private long _mendedAt;
    private volatile bool _isSpoiled;

    private ChaosTable(TableServer server) => (_server, Raw) = (server, new(server.Endpoint, "fleet"));

    public RawTable Raw { get; }

    /// <summary>It answers, and has for a while.</summary>
    public bool IsWell => !_isSpoiled && (Interlocked.Read(ref _mendedAt) is var at && (at == 0 || Stopwatch.GetElapsedTime(at) > Grace * ChaosSite.Load));

    public static async Task<ChaosTable> StartAsync()
    {
        var server = await TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);
        server.KeepsRequests = false;
        return new(server);
    }

    public void Spoil(TableServerFault kind)
    {
        _isSpoiled = true;
        _server.Fault = _ => kind;
    }

    /// <summary>What hung goes on.</summary>
    public void Mend()
    {
        _server.Fault = _ => TableServerFault.None;
        _server.Release();
        Interlocked.Exchange(ref _mendedAt, Stopwatch.GetTimestamp());
        _isSpoiled = false;
    }

    public async ValueTask DisposeAsync()
    {
        Raw.Dispose();
        await _server.DisposeAsync();
    }
}

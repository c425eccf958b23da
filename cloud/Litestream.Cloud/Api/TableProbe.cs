using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.DynamoDb;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Api;

/// <summary>Whether the table answers, asked at most every few seconds: anybody may want to know, and each look costs a request. Who asks meanwhile waits for the same one.</summary>
internal sealed class TableProbe(TableReads reads, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    /// <summary>No item is called so. That there is none is an answer.</summary>
    private static readonly ItemKey Nothing = new("HEALTH", "HEALTH");

    private readonly Lock _lock = new();
    private Task<TableFault?>? _answer;
    private long _askedAt;

    /// <summary>Null when it answers.</summary>
    public Task<TableFault?> FaultAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= Freshness))
                (_askedAt, _answer) = (time.GetTimestamp(), AskAsync());
            return _answer.WaitAsync(cancellationToken);
        }
    }

    private async Task<TableFault?> AskAsync()
    {
        try
        {
            await reads.FindAsync(Nothing, CancellationToken.None);
            return null;
        }
        catch (FleetTableException failed)
        {
            log.TableIsAway(failed.Message);
            return failed.Fault;
        }
    }
}

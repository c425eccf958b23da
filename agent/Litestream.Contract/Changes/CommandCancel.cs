using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Changes;

/// <summary>Calls back what nobody began, and asks whoever began to stop.</summary>
internal static class CommandCancel
{
    private const int Parallelism = 8;

    /// <summary>Answers how many had not ended.</summary>
    public static async Task<int> RunAsync(ContractContext context, IEnumerable<CommandRecord> commands, CancellationToken stop)
    {
        var count = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop };
        await Parallel.ForEachAsync(commands.Where(c => !CommandStates.IsFinal(c.State)), options, async (command, token) =>
        {
            var now = context.Time.GetUtcNow();
            if (await TryAsync(context, CommandItem.Cancel(command, now), token) || await TryAsync(context, CommandItem.AskToCancel(command, now), token))
                Interlocked.Increment(ref count);
        });
        return count;
    }

    /// <summary>False when its condition does not hold.</summary>
    private static async Task<bool> TryAsync(ContractContext context, ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return false;
        }
    }
}

using Litestream.DynamoDb;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Changes;

/// <summary>Puts commands where their hosts find them: the items first, then each host's digest says that there are more. Done twice it is done once.</summary>
internal static class CommandPut
{
    /// <summary>Writes at the same time.</summary>
    private const int Parallelism = 16;

    public static async Task RunAsync(CloudContext context, IReadOnlyCollection<CommandRecord> commands, CancellationToken stop)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop };
        await Parallel.ForEachAsync(commands, options, async (command, token) => await WriteAsync(context, CommandItem.Put(command), token));
        await Parallel.ForEachAsync(commands.Select(c => c.HostId).Distinct(), options, async (host, token) => await WriteAsync(context, HostDigestItem.CommandAdded(host), token));
    }

    /// <summary>Refused: a command that is there already, or a host whose digest somebody deleted, whose agent looks by itself every ten minutes.</summary>
    private static async Task WriteAsync(CloudContext context, Fleet.Table.ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
        }
    }
}

using Litestream.DynamoDb;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Changes;

/// <summary>Puts commands where their hosts find them: the items first, then each host's digest says that there are more. Done twice it is done once.</summary>
internal static class CommandPut
{
    /// <summary>Writes at the same time.</summary>
    private const int Parallelism = 16;

    public static async Task RunAsync(IFleetTable table, IReadOnlyCollection<CommandRecord> commands, CancellationToken stop)
    {
        await Parallel.ForEachAsync(commands, Options(stop), async (command, token) => await PutAsync(table, command, token));
        await AnnounceAsync(table, commands.Select(c => c.HostId), stop);
    }

    /// <summary>Once too often is a look for nothing; once too few a wait of ten minutes.</summary>
    public static Task AnnounceAsync(IFleetTable table, IEnumerable<string> hosts, CancellationToken stop) => Parallel.ForEachAsync(hosts.Distinct(), Options(stop), async (host, token) =>
    {
        try
        {
            await table.WriteAsync(HostDigestItem.CommandAdded(host), token);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // Somebody deleted its digest: its agent looks by itself every ten minutes.
        }
    });

    private static async Task PutAsync(IFleetTable table, CommandRecord command, CancellationToken stop)
    {
        try
        {
            await table.WriteAsync(CommandItem.Put(command), stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            var there = refused.Found is { } found ? CommandItem.Read(found) : null;
            if (there is null || (there.Kind, there.Tenant, there.Job) != (command.Kind, command.Tenant, command.Job))
                throw new InvalidOperationException($"command {command.Id} of {command.HostId} is another's already: {there?.Kind} of {there?.Tenant}, job {there?.Job}");
        }
    }

    private static ParallelOptions Options(CancellationToken stop) => new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop };
}

using Litestream.Contract.Jobs;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Restores;

/// <summary>
/// Restores in place that were asked for and are not over: another one of the same tenant would take away, when its turn comes, what nobody looked at when it was
/// asked for. Of two that are asked for in one moment both may get through; an undo that comes second is refused by the agent.
/// </summary>
internal static class WaitingRestores
{
    /// <summary>Of a host, the newest: whoever has so many asks nobody to wait in line.</summary>
    private const int MostCommands = 5000;

    private const int Parallelism = 8;

    /// <summary>What nobody began in its life expires; what was begun in it ends within a day.</summary>
    private static readonly TimeSpan LongestWait = CommandItem.LongestLife + TimeSpan.FromDays(1);

    /// <summary>Says of the steps in place that others wait for, which; those of other places, and those that are refused already, are left as they are.</summary>
    public static async Task<List<RestorePlanStep>> MarkAsync(ContractContext context, List<RestorePlanStep> steps, CancellationToken stop)
    {
        var waiting = await FindAsync(context, steps.Where(s => s is { Code: null, TargetPath: null, NewTenant: null }).Select(s => (s.TenantId, s.HostId!)), stop);
        return steps.ConvertAll(s => s.Code is null && waiting.TryGetValue(s.TenantId, out var first) ? s with { Code = ProblemCodes.RestoreWaiting, Detail = TextOf(first) } : s);
    }

    /// <summary>Of each tenant the oldest; one query for each host.</summary>
    public static async Task<IReadOnlyDictionary<Guid, CommandRecord>> FindAsync(ContractContext context, IEnumerable<(Guid Tenant, string Host)> wanted, CancellationToken stop)
    {
        var found = new Dictionary<Guid, CommandRecord>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop };
        await Parallel.ForEachAsync(wanted.ToLookup(w => w.Host, w => w.Tenant, StringComparer.Ordinal), options, async (host, token) =>
        {
            var tenants = host.ToHashSet();
            var now = context.Time.GetUtcNow();
            var query = ItemQuery.Commands(host.Key, Ulid.First(now - LongestWait)) with { IsBackwards = true };
            Item? next = null;
            var read = 0;
            do
            {
                (var items, next) = await context.Reads.QueryAsync(query, MostCommands - read, next, token);
                read += items.Count;
                lock (found)
                {
                    foreach (var command in context.Reads.Readable(items, CommandItem.Read).Where(c => tenants.Contains(c.Tenant) && IsInPlace(c) && !JobProgress.IsOver(c, now)))
                        found[command.Tenant] = command;
                }
            }
            while (next is not null && read < MostCommands);
        });
        return found;
    }

    public static string TextOf(CommandRecord waiting) => $"{waiting.Tenant} waits for the restore in place that {waiting.RequestedBy} asked for at {ItemTime.Text(waiting.RequestedAt)}: "
        + (waiting.Job is { } job ? $"/api/restores/{job}" : $"/api/hosts/{waiting.HostId}/commands/{waiting.Id}");

    private static bool IsInPlace(CommandRecord command) => command is { Kind: CommandKinds.Restore, Arguments: { TargetPath: null, NewTenant: null } };
}

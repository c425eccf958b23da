using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Restores;

/// <summary>Which restores of a job can be taken back, and to what. Pure.</summary>
internal static class Undoing
{
    /// <summary>How long agents keep the state before a restore in place.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>
    /// Those in place whose state before is kept still, and after which nobody restored again: a later restore has its own state before. The command tells the
    /// state; the catalogue, which hears of it later, only whether there is a newer one, and the agent refuses what it knows better.
    /// </summary>
    public static List<(Guid Tenant, string HostId, string Txid, Ulid Command)> Of(IEnumerable<CommandRecord> commands, IReadOnlyDictionary<Guid, TenantRecord> tenants, DateTimeOffset now)
    {
        var steps = new List<(Guid, string, string, Ulid)>();
        foreach (var command in commands.Where(IsInPlace))
        {
            if (command is { BeforeTxid: { } before, FinishedAt: { } at } && at + KeptFor > now
                && tenants.GetValueOrDefault(command.Tenant) is { HostId: { } host } tenant && string.CompareOrdinal(tenant.UndoTxid, before) <= 0)
                steps.Add((command.Tenant, host, before, command.Id));
        }
        return steps;
    }

    public static string WhyNot(JobRecord job, IReadOnlyCollection<CommandRecord> commands) => job.State == JobStates.Running
        ? $"the restore {job.Id} is running; cancel it, or wait for its end"
        : commands.All(c => c.State != CommandStates.Done) ? $"the restore {job.Id} is {job.State}, and changed nothing"
        : commands.Any(IsInPlace)
            ? $"the states before the restore {job.Id} are kept no more, or something was restored since"
            : $"the restore {job.Id} made new files and replaced none: delete them if they are not wanted";

    private static bool IsInPlace(CommandRecord command) => command is { State: CommandStates.Done, Arguments: { TargetPath: null, NewTenant: null } };
}

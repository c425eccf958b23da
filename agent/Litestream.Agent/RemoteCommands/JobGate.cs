using System.Globalization;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// A job of many commands that gives up when too many of them fail. Each agent that fails counts it in the job's item, and whoever counts too many halts it; each looks there before it begins one.
/// A table that does not answer halts nothing.
/// </summary>
internal sealed class JobGate(IFleetTable table)
{
    /// <summary>Throws <see cref="RemoteCommandException"/> when nothing new of it is to be begun.</summary>
    public async Task RequireRunningAsync(CommandRecord command, CancellationToken cancellationToken)
    {
        if (command.Job is not { } job)
            return;
        try
        {
            if (await table.FindAsync(FleetKeys.Job(job), cancellationToken) is { } item && item.Text(JobItem.State) == JobStates.Halted)
                throw new RemoteCommandException(CommandErrors.Halted, $"more of {job} failed than may; nothing was done with this one: see why, then ask for the rest again");
        }
        catch (FleetTableException)
        {
            // Whether it is to be done was decided when it was asked for.
        }
    }

    public async Task FailedAsync(CommandRecord command, CancellationToken cancellationToken)
    {
        if (command.Job is not { } job)
            return;
        try
        {
            var item = await table.UpdateAsync(JobItem.FailureAdded(job), cancellationToken);
            if (NumberOf(item, JobItem.Failures) > NumberOf(item, JobItem.MaxFailures))
                await table.WriteAsync(JobItem.Halt(job), cancellationToken);
        }
        catch (FleetTableException)
        {
            // Halted by another, or over; or the next one that fails counts.
        }
    }

    /// <summary>Null: there is none, and nothing is compared.</summary>
    private static long? NumberOf(Item item, string attribute) => item[attribute] is { IsNumber: true } value && long.TryParse(value.Text, CultureInfo.InvariantCulture, out var number) ? number : null;
}

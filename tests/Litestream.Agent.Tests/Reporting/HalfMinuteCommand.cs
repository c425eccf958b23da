using Litestream.Agent.RemoteCommands;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>A kind that writes what a command of half a minute writes, without taking so long.</summary>
internal sealed class HalfMinuteCommand(Func<string> runId, FleetTableClient table) : IRemoteCommand
{
    public const string Name = "half-minute";

    private const int Reports = 30 / 5;

    public string Kind => Name;

    public TimeSpan Limit => TimeSpan.FromHours(1);

    public bool TakesAbsentTenants => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        for (var i = 1; i <= Reports; i++)
        {
            run.Report("fetching", percent: 100 * i / Reports, bytes: i << 20, pages: i << 8);
            await table.UpdateAsync(CommandItem.Report(run.Command, runId(), run.Progress), cancellationToken);
        }
        return new("restored transaction 000000000000002a, 6291456 bytes", new(42));
    }
}

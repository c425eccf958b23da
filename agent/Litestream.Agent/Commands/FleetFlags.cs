using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Commands;

/// <summary>How an agent takes part in a fleet.</summary>
internal sealed class FleetFlags
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    public Option<string?> Table { get; } = Flag.Text("-fleet-table", "NAME", "report to this DynamoDB table [no fleet]");

    public Option<string?> HostId { get; } = Flag.Text("-host-id", "NAME", "this host's name there [the machine's, and a suffix]");

    public Option<TimeSpan?> Interval { get; } = Flag.Duration("-fleet-interval", "time between heartbeats [30s]", TimeSpan.FromSeconds(1), LongestInterval);

    public Option<string?> MoveHook { get; } = Flag.Text("-move-hook", "COMMAND", "run when a tenant moves away from here, or came here");

    public Option[] Group => [Table, HostId, Interval, MoveHook];

    /// <summary>A flag wins over the file. Null: in no fleet; what only a fleet has a use for is then a mistake.</summary>
    public FleetOptions? Read(ParseResult parsed, ConfigurationFile? file)
    {
        var hostId = parsed.GetValue(HostId) ?? file?.HostId;
        if (hostId is not null && !FleetKeys.IsHostId(hostId))
            throw new UsageException($"-host-id: \"{hostId}\" cannot name a host", FleetKeys.MostHostIdText);
        var interval = parsed.GetValue(Interval) ?? file?.FleetInterval;
        var hook = parsed.GetValue(MoveHook) is { } flag ? ShellWords.OfOption("-move-hook", flag) : file?.MoveHook is { } line ? ShellWords.OfOption($"{file.Name}:{line.At.Line}: move-hook", line.Value) : null;
        if ((parsed.GetValue(Table) ?? file?.FleetTable) is { } table)
            return new()
            {
                Table = table,
                HostId = hostId,
                Interval = interval ?? FleetOptions.UsualInterval,
                MoveHook = hook,
            };
        var idle = hostId is not null ? HostId : interval is not null ? Interval : hook is not null ? MoveHook : (Option?)null;
        return idle is null ? null : throw new UsageException($"{idle.Name} goes with -fleet-table", "name the table of the fleet, or leave it out");
    }
}

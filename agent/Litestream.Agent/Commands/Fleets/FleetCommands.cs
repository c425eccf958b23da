using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet …</c>: what the API of a fleet is asked for from a shell.</summary>
internal static class FleetCommands
{
    public const string Parent = "fleet";

    public static IReadOnlyList<ProgramCommand> All(CommandContext context) =>
    [
        FleetStatusCommand.Create(context),
        FleetHostsCommand.Create(context),
        FleetTenantsCommand.Create(context),
        FleetProblemsCommand.Create(context),
        FleetRestoreCommand.Create(context),
        FleetForkCommand.Create(context),
        FleetRestoresCommand.Create(context, JobKinds.Restore),
        FleetRestoresCommand.Create(context, "cancel", "Call a restore, drills, an evacuation or a move back, as far as nothing has changed"),
        FleetRestoresCommand.Create(context, "undo", "Take a restore in place back, within 7 days"),
        FleetEvacuateCommand.Create(context),
        FleetRestoresCommand.Create(context, JobKinds.Evacuation),
        FleetMoveCommand.Create(context),
        FleetRestoresCommand.Create(context, JobKinds.Move),
        FleetDrillCommand.Create(context),
        FleetDrillsCommand.Create(context),
        FleetTellCommand.Create(context),
    ];
}

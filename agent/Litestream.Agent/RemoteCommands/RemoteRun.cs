using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>One command while it runs.</summary>
/// <param name="command">As it was claimed.</param>
/// <param name="database">The tenant on this host; null: it is not registered here.</param>
/// <param name="time">Dates progress.</param>
/// <param name="stopping">The agent stops: what is done so far is gone on with by the next run of it.</param>
internal sealed class RemoteRun(CommandRecord command, Database? database, TimeProvider time, CancellationToken stopping = default)
{
    private CommandProgress _progress = new() { Step = database is null || IsAbsentStep(command) ? AbsentStepOf(command) : command.Kind, At = time.GetUtcNow() };

    public CommandRecord Command => command;

    public bool IsAgentStopping => stopping.IsCancellationRequested;

    /// <summary>For what is not called back: only the agent's end ends it.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>It was begun for a tenant that was not registered here, which may be by now: because of it.</summary>
    public bool WasAbsent => database is null || IsAbsentStep(command);

    /// <summary>The same of an earlier run of the agent, whatever is registered now.</summary>
    public bool BeganAbsent => IsAbsentStep(command);

    /// <summary>The step from which a later run knows that.</summary>
    public string AbsentStep => AbsentStepOf(command);

    /// <summary>False only for a command that <see cref="IRemoteCommand.TakesAbsentTenants"/>.</summary>
    public bool IsRegistered => database is not null;

    public Database Database => database ?? throw new InvalidOperationException($"{Name} is not registered here");

    /// <summary>The tenant's, in replicas and stores.</summary>
    public string Name => database?.Name ?? FleetKeys.TextOf(command.Tenant);

    /// <summary>What is reported next.</summary>
    public CommandProgress Progress => Volatile.Read(ref _progress);

    /// <summary>How far it is. Returns at once; what comes faster than it can be reported is superseded.</summary>
    /// <param name="step">A word.</param>
    /// <param name="percent">0 to 100 of the whole command.</param>
    public void Report(string step, int percent = 0, long bytes = 0, long pages = 0) =>
        Volatile.Write(ref _progress, new() { Step = step, At = time.GetUtcNow(), Percent = Math.Clamp(percent, 0, 100), Bytes = bytes, Pages = pages });

    private static string AbsentStepOf(CommandRecord command) => command.Kind + "-absent";

    private static bool IsAbsentStep(CommandRecord command) => command.Progress?.Step == AbsentStepOf(command);
}

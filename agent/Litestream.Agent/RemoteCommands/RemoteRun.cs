using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary>One command while it runs.</summary>
/// <param name="command">As it was claimed.</param>
/// <param name="database">The tenant on this host.</param>
/// <param name="time">Dates progress.</param>
internal sealed class RemoteRun(CommandRecord command, Database database, TimeProvider time)
{
    private CommandProgress _progress = new() { Step = command.Kind, At = time.GetUtcNow() };

    public CommandRecord Command => command;

    public Database Database => database;

    /// <summary>What is reported next.</summary>
    public CommandProgress Progress => Volatile.Read(ref _progress);

    /// <summary>How far it is. Returns at once; what comes faster than it can be reported is superseded.</summary>
    /// <param name="step">A word.</param>
    /// <param name="percent">0 to 100 of the whole command.</param>
    public void Report(string step, int percent = 0, long bytes = 0, long pages = 0) =>
        Volatile.Write(ref _progress, new() { Step = step, At = time.GetUtcNow(), Percent = Math.Clamp(percent, 0, 100), Bytes = bytes, Pages = pages });
}

namespace Litestream.Agent.RemoteCommands;

/// <summary>A command cannot be done.</summary>
/// <param name="code">One of <see cref="Litestream.Fleet.Items.CommandErrors"/>.</param>
/// <param name="message">For people.</param>
internal sealed class RemoteCommandException(string code, string message) : Exception(message)
{
    public string Code => code;

    /// <summary>What was found out nevertheless.</summary>
    public RemoteResult? Result { get; init; }
}

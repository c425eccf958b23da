namespace Litestream.Agent.Commands;

/// <summary>How a command says which agent, or which files without one, it is about.</summary>
/// <param name="Socket">Path of a control socket, or of its folder.</param>
/// <param name="StateRoot">Where the state folders are.</param>
/// <param name="Watched">What the agent watches, absolute; empty for any.</param>
internal sealed record AgentQuery(string? Socket, string? StateRoot, IReadOnlyList<string> Watched);

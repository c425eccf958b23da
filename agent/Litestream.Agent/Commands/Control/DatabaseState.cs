using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream start -json</c> and <c>stop -json</c>, in Litestream's words.</summary>
/// <param name="Status">What was done, or that nothing had to be.</param>
/// <param name="DbPath">Absolute path.</param>
/// <param name="State"><c>running</c> or <c>stopped</c>.</param>
/// <param name="Txid">Newest captured transaction.</param>
/// <param name="Socket">Of the agent that did it.</param>
internal sealed record DatabaseState(string Status, string DbPath, string State, ulong Txid, string Socket)
{
    public static DatabaseState Of(StateAnswer answer, string state, AgentSocket agent) => new(answer.Status, answer.Path, state, answer.Txid, agent.Path);
}

namespace Litestream.Agent.Reporting;

/// <summary>What this agent is called in the fleet.</summary>
/// <param name="Id">Its host id.</param>
/// <param name="Formers">What its state folder reported as before, the last one first: on other machines, or by other names. Without those that live: of them the folder is a copy.</param>
internal sealed record HostName(string Id, IReadOnlyList<string> Formers);

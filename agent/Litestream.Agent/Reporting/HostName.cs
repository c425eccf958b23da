namespace Litestream.Agent.Reporting;

/// <summary>What this agent is called in the fleet.</summary>
/// <param name="Id">Its host id.</param>
/// <param name="Former">What it was called on the machine where its state folder was before, while that host may be gone; null: nowhere else, or the folder is a copy.</param>
internal readonly record struct HostName(string Id, string? Former);

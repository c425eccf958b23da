namespace Litestream.Agent.Api.Control;

/// <summary>Answer to start, stop and unregister.</summary>
/// <param name="Status">What was done, or that nothing had to be.</param>
/// <param name="Path">Absolute path of the database.</param>
/// <param name="Txid">Newest captured transaction.</param>
internal sealed record StateAnswer(string Status, string Path, ulong Txid);

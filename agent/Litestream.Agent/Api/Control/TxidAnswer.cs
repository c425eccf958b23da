namespace Litestream.Agent.Api.Control;

/// <summary>Answer of <c>/txid</c>.</summary>
internal sealed record TxidAnswer(ulong Txid);

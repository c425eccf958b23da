namespace Litestream.Agent.Commands;

/// <summary>Transactions that no file holds, both ends included.</summary>
internal sealed record VerifyGapAnswer(string MinTxid, string MaxTxid);

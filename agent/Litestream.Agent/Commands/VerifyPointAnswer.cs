using Litestream.Ltx;

namespace Litestream.Agent.Commands;

/// <summary>A state in a replica.</summary>
internal sealed record VerifyPointAnswer(string Txid, DateTimeOffset Timestamp)
{
    public static VerifyPointAnswer Of(LtxFile last) => new(last.MaxTxid.ToString(), last.CreatedAt);
}

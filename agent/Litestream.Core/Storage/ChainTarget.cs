using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Which state of a database is wanted: the newest when neither is given, never both.</summary>
/// <param name="Txid">Exactly this transaction.</param>
/// <param name="Before">The newest state captured strictly before this time.</param>
internal readonly record struct ChainTarget(Txid? Txid, DateTimeOffset? Before)
{
    public static readonly ChainTarget Latest;

    /// <summary>Whether a file lies inside what is wanted; one that reaches beyond it can be no part of it.</summary>
    public bool Allows(LtxFile file) =>
        (Txid is not { } txid || file.MaxTxid <= txid) && (Before is not { } time || file.CreatedAt < time);
}

using Litestream.Ltx;

namespace Litestream;

/// <summary>What a state directory knows of one database while no store has it open.</summary>
/// <param name="Name">Name below the replica's <c>databases/</c>.</param>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Txid">Newest captured transaction.</param>
/// <param name="WaitingFiles">Captured files that a replica may not have.</param>
/// <param name="WaitingBytes">Their size.</param>
internal sealed record StoredDatabase(string Name, string Path, Txid Txid, int WaitingFiles, long WaitingBytes);

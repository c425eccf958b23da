using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>Something in a replica that is not what was written.</summary>
/// <param name="File">Where.</param>
/// <param name="Pgno">Which page; null when no single page can be named.</param>
/// <param name="Offset">Byte offset at which it was noticed; null when every file is whole by itself and they do not belong together.</param>
/// <param name="Problem">A sentence.</param>
public sealed record ReplicaDamage(LtxFile File, uint? Pgno, long? Offset, string Problem);

namespace Litestream.Ltx;

/// <summary>
/// Sum over the whole database before and after a file, kept in header bytes 80..99. A sum is the sum modulo 2^64 of
/// <see cref="PageSum.Of"/> over all pages but the lock page: unlike an XOR of CRCs it sees exchanged pages. It is no signature.
/// </summary>
/// <param name="Pre">Sum before; null where it is not known (a take-over image).</param>
/// <param name="Post">Sum after.</param>
internal readonly record struct Proof(ulong? Pre, ulong Post);

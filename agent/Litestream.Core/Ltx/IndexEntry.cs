namespace Litestream.Ltx;

/// <summary>One page's frame in an LTX file.</summary>
/// <param name="Pgno">Page number, from 1.</param>
/// <param name="Offset">Absolute offset of the frame's first byte (its page header).</param>
/// <param name="SizeBytes">Whole frame: page header, size field, payload.</param>
internal readonly record struct IndexEntry(uint Pgno, long Offset, int SizeBytes);

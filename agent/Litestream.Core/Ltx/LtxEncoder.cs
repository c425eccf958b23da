namespace Litestream.Ltx;

/// <summary>
/// Writes one LTX file, v3b: header, page frames in ascending page number, page index, trailer. No allocation per page.
/// The stream is written at its current position; if it can seek, the header is written last (so that a proof that is
/// known only after the last page can be put into it), else the header given here is final.
/// </summary>
public sealed class LtxEncoder : IDisposable
{
    public LtxEncoder(Stream output, LtxHeader header) => throw new NotImplementedException();

    /// <summary>Pages written so far.</summary>
    public int PageCount => throw new NotImplementedException();

    /// <summary>Compresses and writes a page; <paramref name="page"/> is exactly the page size. Throws <see cref="ArgumentException"/> for a page out of order, beyond Commit, or the lock page.</summary>
    public void WritePage(uint pgno, ReadOnlySpan<byte> page) => throw new NotImplementedException();

    /// <summary>Writes a page whose LZ4 block exists already (merging): the file checksum covers the uncompressed bytes, hence both.</summary>
    public void WriteCompressed(uint pgno, ReadOnlySpan<byte> lz4Block, ReadOnlySpan<byte> page) => throw new NotImplementedException();

    /// <summary>Completes the file and flushes the stream (no fsync). Returns the file's length in bytes. A MinTXID 1 file must hold every page.</summary>
    public long Finish() => throw new NotImplementedException();

    /// <summary>As <see cref="Finish()"/>, with the proof put into the header; the stream must be able to seek.</summary>
    public long Finish(Proof proof) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
